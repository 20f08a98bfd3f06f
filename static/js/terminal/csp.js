/**
 * xterm.js writes <style> elements and, for colours outside the palette, style attributes. Under
 * `style-src 'self' 'nonce-…'` the first need the page's nonce and the second are refused when set as
 * an attribute, though not through the object model. Both pass here, so the policy needs no
 * 'unsafe-inline'.
 */
export function allowTerminalStyles(nonce) {
  const create = document.createElement;
  document.createElement = function createElement(name, ...rest) {
    const element = create.call(this, name, ...rest);
    if (name === "style") element.nonce = nonce;
    else if (name === "span") element.setAttribute = setAttribute;
    return element;
  };
}

function setAttribute(name, value) {
  if (name === "style") this.style.cssText = value;
  else Element.prototype.setAttribute.call(this, name, value);
}
