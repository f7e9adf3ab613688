// Small things that the parts of the notes share.

export function elementFrom(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  return holder.content.firstElementChild;
}

// All elements of the page whose attribute has this value.
export function findAll(root, attribute, value) {
  return [...root.querySelectorAll(`[${attribute}="${CSS.escape(value)}"]`)];
}

export function setCount(element, number) {
  const { none, one, many } = element.dataset;
  const words = number === 1 ? one : number === 0 && none !== undefined ? none : many.replace("#", number);
  (element.querySelector("span") ?? element).textContent = words;
}
