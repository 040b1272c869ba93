import type { CallRequest } from '../../src/conversations/abilities.ts'
import type { VoiceSettings } from './settings.ts'

/** One thing that is said or played. */
export type Word = { say: string; language?: string; voice?: string } | { play: string }

/** What happens in a call at a vendor that asks us for it turn by turn. */
export interface Treatment {
  words: Word[]
  /** What is waited for behind them; absent when nothing is, and the call ends. */
  wait?: {
    speech: boolean
    /** Seconds until somebody begins. */
    seconds: number
    /** The most keys; absent when there is no most. */
    digits?: number
    /** Names this turn, so that its answer is known when it comes twice. */
    turn: string
    /** How many turns have passed in silence. */
    silent: number
  }
  record: boolean
}

/** Seconds between two looks at a caller who says nothing. */
const turnSeconds = 5

/** What a caller hears when we take the call; undefined when we do not. */
export function greeting(settings: VoiceSettings): Treatment | undefined {
  if (settings.inbound === 'reject') return undefined
  const words: Word[] = [
    ...(settings.greeting ? [wordOf(settings.greeting, settings)] : []),
    ...(settings.greetingUrl ? [{ play: settings.greetingUrl }] : []),
  ]
  return { words, wait: waiting(settings, '0.0', 0), record: settings.record }
}

/** What happens behind a turn of a call to us: the next one, or the end when it has been silent for too long. */
export function nextTurn(settings: VoiceSettings, turn: string, silent: number): Treatment | undefined {
  if (silent * turnSeconds >= settings.silenceSeconds) return undefined
  const [series = '0', number = '0'] = turn.split('.')
  return { words: [], wait: waiting(settings, `${series}.${Number(number) + 1}`, silent), record: false }
}

/** What is said in a call to us that goes on: it begins another series of turns. */
export function interjection(settings: VoiceSettings, words: Word[], series: string): Treatment {
  return { words, wait: waiting(settings, `${series}.0`, 0), record: false }
}

/** What happens in a call that we placed. */
export function placedTreatment(call: CallRequest, sound: string | undefined, settings: VoiceSettings): Treatment {
  const { say, digits, record } = call
  return {
    words: [...(say ? [wordOf(say.text, settings, say)] : []), ...(sound ? [{ play: sound }] : [])],
    ...(digits && {
      wait: { speech: false, seconds: digits.seconds, digits: digits.max, turn: 'placed.0', silent: 0 },
    }),
    record,
  }
}

/** A text as it is said. */
export function wordOf(text: string, settings: VoiceSettings, over: { language?: string; voice?: string } = {}): Word {
  const { language = settings.language, voice = settings.voice } = over
  return { say: text, ...(language && { language }), ...(voice && { voice }) }
}

function waiting(settings: VoiceSettings, turn: string, silent: number): Treatment['wait'] {
  return {
    speech: settings.listen !== 'digits',
    seconds: turnSeconds,
    ...(settings.digitsPerAnswer && { digits: settings.digitsPerAnswer }),
    turn,
    silent,
  }
}
