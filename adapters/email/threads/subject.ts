/** What mail programs put before the subject of an answer or of what is passed on, in many languages. */
const prefix =
  /^\s*(?:re|aw|antw|antwort|sv|vs|r|rif|ref|res|rv|odp|ynt|vá|atb|відп|ответ|отв|на|re\[\d+\]|fw|fwd|wg|tr|i|enc|doorst|pd|пересл|回复|答复|转发|返信|転送)\s?(?:\[\d+\]|\(\d+\))?\s?[:：]\s*/iu

/** A subject without what marks it as an answer, its white space made single. */
export function baseSubject(subject: string): string {
  let base = subject.replaceAll(/\s+/g, ' ').trim()
  for (let times = 0; times < 20 && prefix.test(base); times++) base = base.replace(prefix, '')
  return base.trim()
}

/** Whether a subject says that the letter answers another one. */
export function isAnswer(subject: string): boolean {
  return baseSubject(subject) !== subject.replaceAll(/\s+/g, ' ').trim()
}

/** Whether a subject says that a letter was passed on. */
export function isPassedOn(subject: string): boolean {
  return /^\s*(?:fw|fwd|wg|tr|i|enc|doorst|pd|пересл|转发|転送)\s?[:：]/iu.test(subject)
}
