import type { Treatment, Word } from '../treatment.ts'

/** One instruction of jambonz (docs.jambonz.org/verbs). */
export type Verb = { verb: string } & Record<string, unknown>

/**
 * What happens in a call, in the verbs of jambonz: an array that the answer to a hook holds.
 *
 * @param actionHook Gives the address that is told what was keyed in or said.
 */
export function verbsOf({ words, wait }: Treatment, actionHook: (turn: string, silent: number) => string): Verb[] {
  const verbs = words.map(verbOf)
  if (!wait) return [...verbs, { verb: 'hangup' }]
  return [
    ...verbs,
    {
      verb: 'gather',
      actionHook: actionHook(wait.turn, wait.silent),
      input: wait.speech ? ['digits', 'speech'] : ['digits'],
      timeout: wait.seconds,
      ...(wait.digits === 1 ? { numDigits: 1 } : { finishOnKey: '#', interDigitTimeout: 2, minDigits: 1 }),
      ...(wait.digits !== undefined && wait.digits > 1 && { maxDigits: wait.digits }),
    },
  ]
}

function verbOf(word: Word): Verb {
  if ('play' in word) return { verb: 'play', url: word.play }
  const { language, voice } = word
  return {
    verb: 'say',
    text: word.say,
    ...((language || voice) && {
      synthesizer: { vendor: 'default', ...(language && { language }), ...(voice && { voice }) },
    }),
  }
}
