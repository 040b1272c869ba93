/**
 * The signs that have a meaning in our Markdown, white space among them, in the order of the characters that stand for them.
 * Those are Unicode's noncharacters U+FDD0 to U+FDEF, which are meant for a program's inner use
 * (https://www.unicode.org/faq/private_use.html#nonchar4): to Markdown they are letters. Backslashes would not do: in code they
 * would be shown.
 */
const signs = ' \n\t\r\\`*_~|[]()<>#+-.=!&"\':'
const first = 0xfdd0
/**
 * Stands for nothing, at both ends of a value: `a**{{ name }}**b` is bold only when the name begins and ends with what looks
 * like a letter (https://spec.commonmark.org/0.31.2/#left-flanking-delimiter-run), and an empty one must not leave four asterisks.
 */
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
  return nothing + value.replace(anySign, (sign) => standIns.get(sign)!) + nothing
}

/** Gives the signs back, after the Markdown was read. */
export function unescapeMarkup(text: string): string {
  return text.replace(anyStandIn, (standIn) => originals.get(standIn) ?? '')
}
