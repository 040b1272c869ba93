/**
 * The signs that have a meaning in our Markdown, white space among them, in the order of the characters that stand for them.
 * Those are Unicode's noncharacters U+FDD0 to U+FDEF, which are meant for a program's inner use
 * (https://www.unicode.org/faq/private_use.html#nonchar4): to Markdown they are letters. Backslashes would not do: in code
 * they would be shown, and `**{{ name }}**` would not be bold when the name ends with a space.
 */
const signs = ' \n\t\r\\`*_~|[]()<>#+-.=!&"\':'
const first = 0xfdd0
const nothing = String.fromCharCode(0xfdef)

const standIns = new Map<string, string>()
const originals = new Map<string, string>()
for (const [index, sign] of [...signs].entries()) {
  const standIn = String.fromCharCode(first + index)
  standIns.set(sign, standIn)
  originals.set(standIn, sign)
}

const anySign = /[ \n\t\r\\`*_~|[\]()<>#+\-.=!&"':]/g
const anyStandIn = /[\ufdd0-\ufdef]/g

/**
 * Makes a value safe to stand anywhere in a text of our Markdown: it is shown exactly as it is, whatever signs it holds.
 * The result is meant for the Markdown parser and nobody else, which calls {@link unescapeMarkup}.
 */
export function escapeMarkup(value: string): string {
  // An empty value still stands for a place, so that `**{{ name }}**` does not become four asterisks.
  return value === '' ? nothing : value.replace(anySign, (sign) => standIns.get(sign)!)
}

/** Gives the signs back, after the Markdown was read. */
export function unescapeMarkup(text: string): string {
  return text.replace(anyStandIn, (standIn) => originals.get(standIn) ?? '')
}
