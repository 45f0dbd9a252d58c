// Light text stands on a dark ground: that holds whatever a notebook calls its themes.
function isDark(element) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.fillStyle = getComputedStyle(element).color;
  pen.fillRect(0, 0, 1, 1);
  const [red, green, blue] = pen.getImageData(0, 0, 1, 1).data;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 128;
}

function render({ model, el }) {
  const readings = new Map(model.get("readings"));
  const prefix = `explore-${Math.random().toString(36).slice(2)}-`;
  const all = document.createElement("div");
  const question = document.createElement("p");
  const choice = document.createElement("div");
  const place = document.createElement("div");
  let sliders = null;

  const shown = () => JSON.stringify(Object.entries(model.get("moved")).sort());

  function draw() {
    const name = model.get("reading");
    [...choice.children].forEach((one) => one.setAttribute("aria-pressed", String(one.textContent === name)));
    let before = "[]";
    sliders = showSliders(place, readings.get(name), {
      prefix,
      whenMoved(pairs) {
        before = JSON.stringify([...pairs].sort());
        if (before === shown()) return;
        model.set("moved", Object.fromEntries(pairs));
        model.save_changes();
      },
    });
    const follow = () => { if (shown() !== before) sliders.restore(Object.entries(model.get("moved"))); };
    follow();
    return follow;
  }

  let follow = () => {};
  const change = () => { follow = draw(); };
  const move = () => follow();
  const tint = () => all.classList.toggle("dark", isDark(el));

  all.className = "sliders";
  question.className = "question";
  question.textContent = model.get("question");
  choice.className = "readings";
  choice.setAttribute("role", "group");
  choice.setAttribute("aria-label", "Readings");
  choice.hidden = readings.size < 2;
  choice.append(...[...readings.keys()].map((name) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    button.addEventListener("click", () => {
      model.set("moved", {});
      model.set("reading", name);
      model.save_changes();
    });
    return button;
  }));
  all.append(question, choice, place);
  el.append(all);
  change();
  model.on("change:reading", change);
  model.on("change:moved", move);

  const watched = { attributes: true, attributeFilter: ["class", "style", "data-jp-theme-light", "data-theme"] };
  const themes = new MutationObserver(tint);
  [document.documentElement, document.body].forEach((one) => themes.observe(one, watched));
  const sizes = new ResizeObserver(tint);  // once it has a place, and so a colour
  sizes.observe(all);
  return () => {
    model.off("change:reading", change);
    model.off("change:moved", move);
    themes.disconnect();
    sizes.disconnect();
  };
}

export default { render };
