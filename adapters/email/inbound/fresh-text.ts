import EmailReplyParser from 'email-reply-parser'

/**
 * Longer texts are cut by our own marks only, and longer lines are kept from the parser: the time that its patterns take for a text
 * made to tease them grows with the cube of either.
 */
const maxParsed = 3_000
const maxParsedLine = 200
/** So much of a text is looked at. */
const maxRead = 200_000
/** The most that is shown; the source has the rest. */
const maxShown = 20_000

/**
 * What is new in a text: without the history quoted under it and without the signature. A text of nothing else is shown whole.
 */
export function freshText(text: string): string {
  const whole = tidy(text.slice(0, maxRead))
  const cut = cutAtMarks(whole)
  return shorten(withoutRemarks(cut) || cut || whole)
}

/** A text as it is, as far as it is shown: of a letter that was passed on, which is meant to be read in full. */
export function wholeText(text: string): string {
  return shorten(tidy(text.slice(0, maxRead)))
}

function shorten(text: string): string {
  return text.length <= maxShown ? text : `${text.slice(0, maxShown).trimEnd()}…`
}

/** The line under which programs quote the letter they answer, where they draw one. */
const ruled =
  /^[ \t>]*[-_=]{2,}[ \t]*(original message|исходное сообщение|оригинал|вихідне повідомлення|ursprüngliche nachricht|message d['’]origine|mensaje original|messaggio originale|mensagem original|oorspronkelijk bericht|wiadomość oryginalna|orijinal mesaj|原始邮件|元のメッセージ)[ \t]*[-_=]{0,}[ \t]*$/i
/** Outlook's head of the quoted letter: two of its lines in a row are needed. */
const headLine =
  /^[ \t>*]*(from|sent|to|date|subject|cc|von|gesendet|an|datum|betreff|de|envoyé|à|objet|enviado|para|asunto|fecha|da|inviato|a|oggetto|van|verzonden|aan|onderwerp|от|от кого|отправлено|дата|кому|тема|від|надіслано|до)[ \t]*\*?:\*?[ \t]*\S/i
const headBegin = /^[ \t>*]*(from|von|de|da|van|от|от кого|від)[ \t]*\*?:/i
/** The line that says who wrote what is quoted, however it was wrapped: it ends with a colon and something quoted follows. */
const says =
  /(wrote|writes|пиш[еу]т|писала?|написала?|пише|schrieb|écrit|escribió|escribi[oó]|ha scritto|escreveu|schreef|napisał\(?a?\)?|pisze|yazdı|skrev|kirjoitti)\s*(\([^)]*\))?\s*:\s*$|<[^<>\s]+@[^<>\s]+>\s*:\s*$|写道[：:]\s*$/iu

/** Without signature and quotes between the lines, as the parser knows them. */
function withoutRemarks(text: string): string {
  const long: string[] = []
  const short = text.replaceAll(/^(?!>).+$/gm, (line) => {
    if (line.length <= maxParsedLine) return line
    long.push(line)
    return `\ue000${long.length - 1}\ue001`
  })
  if (short.length > maxParsed) return text
  const parsed = new EmailReplyParser().parseReply(short)
  return tidy(parsed.replaceAll(/\ue000(\d+)\ue001/g, (_, index) => long[Number(index)] ?? ''))
}

function cutAtMarks(text: string): string {
  const lines = text.split('\n')
  const end = beginOfHistory(lines)
  const kept = end === -1 ? lines : lines.slice(0, beginOfIntroduction(lines, end))
  while (kept.length > 0 && /^\s*(>.*|_{5,}|-{5,})?$/.test(kept.at(-1)!.trimEnd())) kept.pop()
  return tidy(kept.join('\n'))
}

function beginOfHistory(lines: string[]): number {
  const marked = lines.findIndex((line, index) => ruled.test(line) || isHead(line, index, lines))
  const before = marked === -1 ? lines : lines.slice(0, marked)
  // Only where nothing but what is quoted follows: who answers between the lines goes on after it.
  const own = before.findLastIndex((line) => line.trim() !== '' && !line.trimStart().startsWith('>'))
  const last = lines[own] ?? ''
  const introduces = last.length <= 400 && says.test(last) && before.slice(own).some((line) => /^\s*>/.test(line))
  return introduces ? own : marked
}

function isHead(line: string, index: number, lines: string[]): boolean {
  if (!headBegin.test(line)) return false
  const next = lines.slice(index + 1, index + 5).filter((each) => each.trim() !== '')
  return next.filter((each) => headLine.test(each)).length >= 2
}

/** "On Monday Ann <ann@example.com>" may stand on the line before "wrote:". */
function beginOfIntroduction(lines: string[], end: number): number {
  const before = lines[end - 1]
  if (before === undefined || before.trim() === '' || !says.test(lines[end]!)) return end
  return /\d{1,2}[:.]\d{2}|\b(19|20)\d{2}\b/.test(before) && !/\d{1,2}[:.]\d{2}/.test(lines[end]!) ? end - 1 : end
}

function tidy(text: string): string {
  const lines = text.split(/\r?\n/).map((line) => line.trimEnd())
  return lines
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()
}
