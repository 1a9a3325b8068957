/** Elements in one expression. Texts are texts: nothing here reads HTML. */

export function element(name, properties = {}, ...children) {
  const { dataset = {}, ...own } = properties;
  const made = Object.assign(document.createElement(name), own);
  Object.assign(made.dataset, dataset);
  made.append(...children);
  return made;
}
