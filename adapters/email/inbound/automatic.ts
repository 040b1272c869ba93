import type { Letter } from './letter.ts'

/** Addresses that belong to programs. */
const programs =
  /^(mailer-daemon|postmaster|mail-daemon|no-?reply|do-?not-?reply|donotreply|bounces?|notifications?|auto-?reply|abuse-auto)([+=._-].*)?@/
/** How vacation notices call themselves, where their program gives no other sign. */
const awaySubjects =
  /^\s*(auto(matic|matische|matisk)?[ -]?(reply|response|antwort|svar|matisch antwoord)|out of (the )?office|away from (the )?office|abwesenheits?(notiz|nachricht)|réponse automatique|absence du bureau|respuesta automática|fuera de la oficina|risposta automatica|resposta automática|автоответ|автоматический ответ|вне офиса|нет на месте|відповідь автовідповідача|自动回复|自動応答)/i

/**
 * Why nobody should answer a letter by a program: what RFC 3834 and its forerunners mark, lists (RFC 2369, 2919), reports, vacation
 * notices. Undefined for what a person wrote to us.
 */
export function automaticBecause(letter: Letter): string | undefined {
  const { headers } = letter
  const has = (name: string) => headers.get(name) !== undefined
  const submitted = headers.get('auto-submitted')?.toLowerCase().split(';')[0]?.trim()
  if (submitted && submitted !== 'no') return `Auto-Submitted: ${submitted}`
  const suppress = headers.get('x-auto-response-suppress')?.toLowerCase()
  if (suppress && suppress !== 'none') return 'X-Auto-Response-Suppress'
  const precedence = headers.get('precedence')?.toLowerCase().trim() ?? ''
  if (/^(bulk|junk|list|auto_?reply)$/.test(precedence)) return `Precedence: ${precedence}`
  const sign = signs.find(has)
  if (sign !== undefined) return sign
  if (letter.contentType === 'multipart/report') return 'a report'
  if (headers.get('return-path')?.replaceAll(/\s/g, '') === '<>') return 'no return path'
  if (letter.from && programs.test(letter.from.address)) return 'sent by a program'
  if (awaySubjects.test(letter.subject)) return 'a vacation notice'
  return undefined
}

const signs = [
  'list-id',
  'list-unsubscribe',
  'list-post',
  'x-autoreply',
  'x-autorespond',
  'x-autoresponder',
  'x-auto-response',
  'x-mailer-daemon',
  'x-failed-recipients',
  'x-loop',
  'x-parley-message',
  'feedback-id',
  'x-vacation',
]

/** How many letters of one sender a minute are answered: two programs that talk to each other are faster. */
const mostPerMinute = 10
const mostSenders = 5_000

/** Tells whether a sender writes faster than a person does, by the times at which the letters came. A letter that is read again counts once. */
export function loopGuard(): (sender: string, at: Date, letter: string) => boolean {
  const seen = new Map<string, { letter: string; time: number }[]>()
  return (sender, at, letter) => {
    const now = at.getTime()
    const recent = (seen.get(sender) ?? []).filter(
      ({ letter: other, time }) => other !== letter && now - time < 60_000 && time <= now,
    )
    recent.push({ letter, time: now })
    seen.delete(sender)
    seen.set(sender, recent.slice(-mostPerMinute - 1))
    if (seen.size > mostSenders) seen.delete(seen.keys().next().value!)
    return recent.length > mostPerMinute
  }
}
