/** Says a sentence to assistive technology, through the page's one live region. */
export function announce(sentence) {
  const region = document.querySelector("[data-announce]");
  if (region && region.textContent !== sentence) region.textContent = sentence;
}
