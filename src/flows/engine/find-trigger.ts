import type { ConversationKind } from '../../conversations/message.ts'
import type { Trigger } from '../flow.ts'
import type { CompiledFlow } from './compiled-flow.ts'

/** What decides which trigger a message pulls. */
export interface TriggerInput {
  text: string
  command: { name: string; argument: string } | undefined
  /** The first message of its conversation. */
  first: boolean
  conversationKind: ConversationKind
  channelName: string | undefined
  /** The step of a call that the message tells, if it tells one. */
  call?: { event: string; direction: 'inbound' | 'outbound' }
}

export interface Pulled {
  flow: CompiledFlow
  trigger: Trigger
}

/** Finds the trigger for a command; the oldest flow wins. */
export function findCommand(flows: readonly CompiledFlow[], input: TriggerInput): Pulled | undefined {
  const { command } = input
  if (!command) return undefined
  const name = command.name.toLowerCase()
  return find(flows, input, (trigger) => trigger.type === 'command' && trigger.name.toLowerCase() === name)
}

/** Finds the trigger for a keyword; while a run waits for a reply only those that say so. */
export function findKeyword(flows: readonly CompiledFlow[], input: TriggerInput, waiting: boolean): Pulled | undefined {
  const text = normalise(input.text)
  if (text === '') return undefined
  return find(
    flows,
    input,
    (trigger) =>
      trigger.type === 'keyword' &&
      (trigger.whileWaiting || !waiting) &&
      trigger.words.some((word) => matches(text, normalise(word), trigger.match)),
  )
}

/** Finds the trigger for a message that nothing else takes: of the first message, else of any. */
export function findOpening(flows: readonly CompiledFlow[], input: TriggerInput): Pulled | undefined {
  const first = input.first ? find(flows, input, (trigger) => trigger.type === 'first_message') : undefined
  return first ?? find(flows, input, (trigger) => trigger.type === 'any_message')
}

/** Finds the trigger for a step of a call. */
export function findCall(flows: readonly CompiledFlow[], input: TriggerInput): Pulled | undefined {
  const { call } = input
  if (!call) return undefined
  return find(
    flows,
    input,
    (trigger) =>
      trigger.type === 'call' &&
      trigger.events.some((event) => event === call.event) &&
      (trigger.direction === 'any' || trigger.direction === call.direction),
  )
}

function find(
  flows: readonly CompiledFlow[],
  input: TriggerInput,
  fits: (trigger: Trigger) => boolean,
): Pulled | undefined {
  for (const flow of flows) {
    const trigger = flow.triggers.find((candidate) => listens(candidate, input) && fits(candidate))
    if (trigger) return { flow, trigger }
  }
  return undefined
}

function listens(trigger: Trigger, input: TriggerInput): boolean {
  if (!trigger.conversations.includes(input.conversationKind)) return false
  return !trigger.channels || (input.channelName !== undefined && trigger.channels.includes(input.channelName))
}

function normalise(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase().replace(/\s+/g, ' ')
}

function matches(text: string, word: string, how: 'exact' | 'starts' | 'contains'): boolean {
  if (how === 'exact') return text === word
  if (how === 'starts') return text === word || (text.startsWith(word) && isBoundary(text[word.length]))
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    if (isBoundary(text[at - 1]) && isBoundary(text[at + word.length])) return true
  }
  return false
}

function isBoundary(character: string | undefined): boolean {
  return character === undefined || !/[\p{L}\p{N}_]/u.test(character)
}
