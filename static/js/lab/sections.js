/**
 * A step as it stands in the text.
 *
 * @typedef {{anchor: string, heading: HTMLElement, panel: HTMLElement, blocks: HTMLElement[], hints: HTMLDetailsElement[],
 *   solutions: HTMLDetailsElement[]}} Section
 */

const PARTS = "h2[id], .step-panel, [data-run], details.hint, details.solution";

/** The steps of a text in order: sections that begin with a heading and have a panel. @param {HTMLElement} prose @returns {Section[]} */
export function sectionsOf(prose) {
  const sections = [];
  for (const part of prose.querySelectorAll(PARTS)) {
    if (part.matches("h2")) sections.push({ anchor: part.id, heading: part, panel: null, blocks: [], hints: [], solutions: [] });
    const section = sections.at(-1);
    if (!section) continue;
    if (part.matches(".step-panel")) section.panel = part;
    else if (part.matches("[data-run]")) section.blocks.push(part);
    else if (part.matches("details.hint")) section.hints.push(part);
    else if (part.matches("details.solution")) section.solutions.push(part);
  }
  return sections.filter(({ panel }) => panel);
}
