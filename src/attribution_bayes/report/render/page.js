(() => {
  // Details: all of them are opened by a button, for printing too; one by a link that leads to it or into it.
  const folded = [...document.querySelectorAll("details")];
  if (folded.length === 0) return;
  const open = document.createElement("button");
  const line = document.createElement("p");
  open.type = "button";
  open.textContent = "Open all details, also for printing";
  open.addEventListener("click", () => {
    const isOpening = folded.some((one) => !one.open);
    folded.forEach((one) => { one.open = isOpening; });
    open.textContent = isOpening ? "Close all details" : "Open all details, also for printing";
  });
  line.className = "open-all";
  line.append(open);
  document.querySelector("nav").append(line);

  function reveal() {
    const target = document.getElementById(location.hash.slice(1));
    for (let one = target; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
    if (target) target.scrollIntoView();
  }
  window.addEventListener("hashchange", reveal);
  reveal();
})();
(() => {
  const place = document.getElementById("sliders");
  if (!place) return;
  const data = JSON.parse(document.getElementById("slider-data").textContent);
  const link = document.createElement("a");
  const line = document.createElement("p");
  link.id = "state";
  link.hidden = true;
  link.textContent = "Link to this page with these values";

  function point(pairs) {
    link.href = `#move:${new URLSearchParams(pairs)}`;
    link.hidden = pairs.length === 0;
  }

  const sliders = showSliders(place, data, { whenMoved: point });
  line.append(link);
  place.append(line);

  // The values that a link states, and only those.
  function restore() {
    if (!location.hash.startsWith("#move:")) return;
    const stated = [...new URLSearchParams(location.hash.slice("#move:".length))];
    sliders.restore(stated.map(([address, value]) => [address, Number(value)]));
    place.scrollIntoView();
  }

  document.querySelectorAll("[data-move]").forEach((button) => {
    if (!data.assumptions.some((one) => one.address === button.dataset.move)) return;
    button.hidden = false;
    button.addEventListener("click", () => sliders.bring(button.dataset.move));
  });
  restore();
  window.addEventListener("hashchange", restore);
})();
