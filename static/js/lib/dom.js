const SVG = "http://www.w3.org/2000/svg";

/**
 * An element with attributes and children: `el("button", {class: "button", type: "button"}, "Run")`.
 * Attributes that are null or false are left out; `on` takes listeners by event name.
 */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "on") {
      for (const [type, listener] of Object.entries(value)) element.addEventListener(type, listener);
    } else if (value === true) {
      element.setAttribute(key, "");
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(key, value);
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** A symbol of static/img/icons.svg, hidden from assistive technology: the words stand beside it. */
export function icon(name, className = "icon") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", className);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${document.body.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}

export function setIcon(container, name) {
  const use = container.querySelector("use");
  use?.setAttribute("href", `${document.body.dataset.icons}#${name}`);
}

/** Opens a modal dialog and resolves to whether it was left through its button "confirm". */
export function ask(dialog) {
  return new Promise((resolve) => {
    dialog.returnValue = "";
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "confirm"), { once: true });
    dialog.showModal();
  });
}

/** Lets every disclosure menu close on Escape, on a click elsewhere, and when the focus leaves it. */
export function closeMenus(root = document) {
  const close = (menu) => menu.removeAttribute("open");
  root.addEventListener("click", (event) => {
    for (const menu of root.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) close(menu);
  });
  root.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" ? event.target.closest?.("details.menu[open]") : null;
    if (!menu) return;
    close(menu);
    menu.querySelector("summary").focus();
    event.stopPropagation();
  });
  root.addEventListener("focusin", (event) => {
    for (const menu of root.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) close(menu);
  });
}
