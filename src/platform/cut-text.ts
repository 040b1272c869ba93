/** A text up to a length in UTF-16 code units; never between the two halves of a character, which many receivers refuse. */
export function cutText(text: string, length: number): string {
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, '')
}

/** A text that is longer than so many code units is cut to them, and shows that by an ellipsis. */
export function shortened(text: string, length: number): string {
  return text.length > length ? `${cutText(text, length)}…` : text
}
