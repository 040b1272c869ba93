import type { Treatment, Word } from '../treatment.ts'

/**
 * What happens in a call, as TwiML (twilio.com/docs/voice/twiml).
 *
 * @param hooks Give the addresses that are told what was keyed in or said, and where a recording is.
 */
export function twimlOf(
  { words, wait, record }: Treatment,
  hooks: { input(turn: string, silent: number): string; recording: string },
): string {
  const recording = record
    ? `<Start><Recording recordingStatusCallback="${escapeXml(hooks.recording)}" recordingStatusCallbackEvent="completed"/></Start>`
    : ''
  const said = words.map(wordXml).join('')
  if (!wait) return response(`${recording}${said}<Hangup/>`)
  const attributes = {
    input: wait.speech ? 'dtmf speech' : 'dtmf',
    action: hooks.input(wait.turn, wait.silent),
    method: 'POST',
    timeout: String(wait.seconds),
    actionOnEmptyResult: 'true',
    ...(wait.digits === 1 ? { finishOnKey: '' } : { finishOnKey: '#' }),
    ...(wait.digits !== undefined && { numDigits: String(wait.digits) }),
    ...(wait.speech && { speechTimeout: 'auto' }),
  }
  const written = Object.entries(attributes).map(([name, value]) => `${name}="${escapeXml(value)}"`)
  return response(`${recording}<Gather ${written.join(' ')}>${said}</Gather>`)
}

/** The end of a call, and a call that is not taken. */
export const hangUp = response('<Hangup/>')
export const reject = response('<Reject reason="busy"/>')

function response(inner: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Response>${inner}</Response>`
}

function wordXml(word: Word): string {
  if ('play' in word) return `<Play>${escapeXml(word.play)}</Play>`
  const language = word.language ? ` language="${escapeXml(word.language)}"` : ''
  const voice = word.voice ? ` voice="${escapeXml(word.voice)}"` : ''
  return `<Say${language}${voice}>${escapeXml(word.say)}</Say>`
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(/(?![\t\n\r])\p{Cc}/gu, '')
}
