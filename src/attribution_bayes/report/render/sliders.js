"use strict";
// Sliders for the assumptions of a case, in a page and in a notebook. They fill `place`, compute with `data`, and tell
// `whenMoved` all that is moved, as pairs of address and value, after each change. `prefix` stands before the ids.
function showSliders(place, data, { prefix = "", whenMoved = () => {} } = {}) {
  // The answer as assumptions move ----------------------------------------------------------------------------------

  const logOdds = (value, isRatio) => (isRatio ? Math.log(value) : Math.log(value) - Math.log1p(-value));
  const valueAt = (position, isRatio) => (isRatio ? Math.exp(position) : 1 / (1 + Math.exp(-position)));
  const finite = (log) => (log === null ? -Infinity : log);

  function logSum(terms) {
    const most = Math.max(...terms);
    return most === -Infinity ? most : most + Math.log(terms.reduce((sum, one) => sum + Math.exp(one - most), 0));
  }

  // Logarithms of coefficients of powers of the odds.
  const joints = (one, value) =>
    one.curve.map((row) => logSum(row.map((log, power) => finite(log) + power * logOdds(value, one.ratio))));

  // Each factor is J(moved) / J(as stated): of n numbers moved, all but one divide by what is stated.
  function credences(moved) {
    const alone = [...moved].map(([index, value]) => joints(data.assumptions[index], value));
    const logs = data.logs.map((log, k) => alone.reduce((sum, one) => sum + one[k], 0) -
      (alone.length > 1 && log !== null ? (alone.length - 1) * log : 0));
    const most = Math.max(...logs);
    // 0 says that a hypothesis is excluded: what is too small for a number is the least number.
    const joint = logs.map((log) => Math.exp(log - most) || (log > -Infinity ? Number.MIN_VALUE : 0));
    const total = joint.reduce((sum, one) => sum + one, 0);
    return joint.map((one) => (one > 0 ? Math.max(one / total, Number.MIN_VALUE) : 0));
  }

  // A range that several reports use, and the number that is its mean, give different answers.
  function isAsStated(index) {
    const found = credences(new Map([[index, data.assumptions[index].stated]]));
    return found.every((one, k) => Math.abs(one - data.stated[k]) <= 1e-9);
  }

  const areApart = (one, other) => one.together !== null && other.together !== null && one.together !== other.together;

  // What is shown ---------------------------------------------------------------------------------------------------

  function percent(value, isAlone) {
    if (value === 0 || isAlone) return `${100 * value} %`;
    if (value < 0.0001) return "<0.01 %";
    if (value > 0.9999) return ">99.99 %";
    return `${(100 * value).toFixed(value < 0.01 || value > 0.99 ? 2 : 0)} %`;
  }

  // As `digits` of the library prints them: as written if six digits are enough, else three of what tells it from 0 and 1.
  function shown(value) {
    const rest = value < 1 ? Math.min(value, 1 - value) : value;
    if (!(rest > 0 && rest < Infinity)) return String(value);
    if (rest < 1e-6 || rest >= 1e6) {
      const power = String(Number(rest.toPrecision(3)).toExponential());
      return rest === value ? power : `1 - ${power}`;
    }
    if (Number(value.toPrecision(6)) === value) return String(value);
    const decimals = 2 - Math.floor(Math.log10(rest));
    return String(Number(decimals < 0 ? value.toPrecision(3) : value.toFixed(decimals)));
  }

  function made(tag, properties, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  // Controls --------------------------------------------------------------------------------------------------------

  if (data.assumptions.length === 0) {
    place.replaceChildren(made("p", {}, "No assumption of this case can be moved by itself."));
    return { restore: () => {}, bring: () => {} };
  }
  const choice = made("select", { id: `${prefix}assumption` });
  const slider = made("input", { id: `${prefix}position`, type: "range", step: "any" });
  const box = made("input", { id: `${prefix}value`, type: "number", step: "any" });
  const reset = made("button", { id: `${prefix}reset`, type: "button" }, "All back to as stated");
  const wrong = made("p", { className: "wrong" });
  const legend = made("p", { className: "legend" });
  const verdict = made("p", { className: "verdict" });
  const told = made("p", { className: "verdict" });
  const note = made("p", { className: "legend" });
  const changed = made("ul", { id: `${prefix}moved` });
  const track = made("div", { className: "track" });
  const bars = made("ul", { className: "bars" });
  wrong.setAttribute("role", "alert");
  told.setAttribute("aria-live", "polite");
  note.setAttribute("role", "status");
  changed.setAttribute("aria-label", "Assumptions that are moved");
  track.setAttribute("aria-hidden", "true");

  const rows = data.hypotheses.map((name, k) => {
    const fill = made("span", { className: "fill" });
    const was = made("span", { className: "was" });
    const number = made("data", {});
    const bar = made("span", { className: "bar" }, fill, was);
    const label = made("code", { className: "hypothesis" }, name);
    bar.setAttribute("aria-hidden", "true");
    was.style.left = `calc(${100 * data.stated[k]}% - 1px)`;
    const line = made("li", {}, label, bar, number);
    bars.append(line);
    return { fill, number, line };
  });

  const moved = new Map();
  let current = null;
  let value = 0;
  let span = [0, 1];
  let later = 0;
  let last = "[]";

  data.assumptions.forEach((one, index) => choice.append(made("option", { value: String(index) }, one.what)));

  function marker(className, sign, at) {
    const mark = made("span", { className }, sign);
    mark.style.left = `calc(10px + (100% - 20px) * ${fraction(at)})`;
    return mark;
  }

  const inside = (position) => Math.min(Math.max(position, span[0]), span[1]);
  const fraction = (at) => (inside(logOdds(at, current.ratio)) - span[0]) / (span[1] - span[0]);

  function spanOf(one) {
    const wanted = [one.stated, one.lower, one.upper, ...(one.flip === null ? [] : [one.flip])];
    const finite = wanted.map((at) => logOdds(at, one.ratio)).filter((at) => Number.isFinite(at) && Math.abs(at) < 14);
    return [Math.min(-4.6, ...finite.map((at) => at - 0.5)), Math.max(4.6, ...finite.map((at) => at + 0.5))];
  }

  function marks() {
    const low = fraction(current.lower);
    const range = made("span", { className: "range" });
    range.style.left = `calc(10px + (100% - 20px) * ${low})`;
    range.style.width = `calc((100% - 20px) * ${Math.max(0.004, fraction(current.upper) - low)})`;
    track.replaceChildren(range, marker("stated", "\u25BC", current.stated));
    if (current.flip !== null) track.append(marker("flip", "\u25C6", current.flip));
    const stated = `\u25BC stated: ${shown(current.stated)}. `;
    const ends = `Band: plausible range, ${shown(current.lower)} to ${shown(current.upper)}. `;
    const flip = current.flip === null
      ? "No value puts another hypothesis in the lead, all others as stated."
      : current.tied ? "As stated it is a tie: whichever way this moves, somebody leads."
      : `\u25C6 flip: at ${shown(current.flip)} ${current.rival} takes the lead, all others as stated.`;
    legend.textContent = stated + ends + flip;
  }

  function show() {
    const found = moved.size === 0 ? data.stated : credences(moved);
    const most = Math.max(...found);
    const ahead = data.hypotheses.map((name, k) => k).filter((k) => found[k] >= most * (1 - 1e-9));
    const isAlone = found.filter((one) => one > 0).length === 1;
    rows.forEach((row, k) => {
      row.fill.style.width = `${100 * found[k]}%`;
      row.number.value = String(found[k]);
      row.number.textContent = percent(found[k], isAlone);
      row.line.classList.toggle("leads", ahead.length === 1 && k === ahead[0]);
    });
    const isCurrent = moved.size === 0 || (moved.size === 1 && moved.has(data.assumptions.indexOf(current)));
    const at = isCurrent ? `At ${shown(value)}${moved.size === 0 ? ", as stated" : ""}: `
      : `With ${[...moved].map(([index, to]) => `${data.assumptions[index].what} at ${shown(to)}`).join(" and ")}: `;
    const names = ahead.map((k) => data.hypotheses[k]).join(" and ");
    const verb = ahead.length === 1 ? "leads with" : "are tied, each with";
    verdict.textContent = `${at}${names} ${verb} ${percent(most, isAlone)}, ` +
      "given that one of the listed hypotheses is true.";
    clearTimeout(later);
    later = setTimeout(() => { told.textContent = verdict.textContent; }, 400);
    slider.setAttribute("aria-valuetext", shown(value));
    list();
  }

  function list() {
    changed.replaceChildren(...[...moved].map(([index, to]) => {
      const one = data.assumptions[index];
      const back = made("button", { type: "button" }, "Put back");
      back.setAttribute("aria-label", `Put back: ${one.what}`);
      back.addEventListener("click", () => { moved.delete(index); choose(data.assumptions.indexOf(current)); choice.focus(); });
      return made("li", {}, `${one.what}: ${shown(to)} (stated: ${shown(one.stated)}) `, back);
    }));
    const pairs = [...moved].map(([index, to]) => [data.assumptions[index].address, to]);
    if (JSON.stringify(pairs) !== last) {
      last = JSON.stringify(pairs);
      whenMoved(pairs);
    }
  }

  // Numbers that have no exact form together with this one go back to as stated, and the page says so.
  function keep(index, from) {
    const isMove = moved.delete(index) || from !== null;
    if (value === current.stated && (!isMove || isAsStated(index))) return;
    const others = [...moved.keys()].filter((other) => !areApart(current, data.assumptions[other]));
    others.forEach((other) => moved.delete(other));
    moved.set(index, value);
    if (others.length > 0) note.textContent =
      `Put back, because it cannot be moved together with this one: ${others.map((k) => data.assumptions[k].what).join("; ")}.`;
  }

  function move(to, from) {
    value = to;
    wrong.textContent = "";
    keep(data.assumptions.indexOf(current), from);
    if (from !== slider) slider.value = String(inside(logOdds(value, current.ratio)));
    if (from !== box) box.value = from === slider ? shown(value).replace(/^1 - .*/, String(value)) : String(value);
    show();
  }

  function choose(index) {
    current = data.assumptions[index];
    choice.value = String(index);
    span = spanOf(current);
    [slider.min, slider.max] = span.map(String);
    slider.step = String((span[1] - span[0]) / 400);
    marks();
    note.textContent = "";
    move(moved.has(index) ? moved.get(index) : current.stated, null);
  }

  const isValid = (given, one) => given > 0 && (one.ratio ? Number.isFinite(given) : given < 1);

  function typed() {
    if (isValid(box.valueAsNumber, current)) move(box.valueAsNumber, box);
    else wrong.textContent = current.ratio ? "Give a number above 0." : "Give a number between 0 and 1, not 0 or 1 itself.";
  }

  // Moves what the pairs say, and only that.
  function restore(pairs) {
    const refused = [];
    moved.clear();
    pairs.forEach(([address, to]) => {
      const index = data.assumptions.findIndex((one) => one.address === address);
      const one = data.assumptions[index];
      const fits = index >= 0 && isValid(to, one) &&
        [...moved.keys()].every((other) => areApart(one, data.assumptions[other]));
      if (!fits) refused.push(address);
      else if (to !== one.stated || !isAsStated(index)) moved.set(index, to);
    });
    choose([...moved.keys()].pop() ?? 0);
    if (refused.length > 0) wrong.textContent = `Not moved, because it cannot be moved here: ${refused.join(", ")}.`;
  }

  // Brings an assumption to the slider, and the reader too.
  function bring(address) {
    choose(data.assumptions.findIndex((one) => one.address === address));
    place.scrollIntoView({ block: "center" });
    slider.focus({ preventScroll: true });
  }

  choice.addEventListener("change", () => choose(Number(choice.value)));
  slider.addEventListener("input", () => move(valueAt(Number(slider.value), current.ratio), slider));
  box.addEventListener("input", typed);
  reset.addEventListener("click", () => { moved.clear(); choose(data.assumptions.indexOf(current)); });

  told.className = "unseen";
  place.replaceChildren(
    made("label", { htmlFor: `${prefix}assumption` }, "Assumption, the nearest to changing the answer first"), choice,
    made("label", { htmlFor: `${prefix}position` }, "Its value"), track, slider, legend,
    made("div", { className: "controls" },
      made("div", {}, made("label", { htmlFor: `${prefix}value` }, "or as a number"), box), reset),
    wrong, note, changed, verdict, bars, told,
  );
  choose(0);
  return { restore, bring };
}
