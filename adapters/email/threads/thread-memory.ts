import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { ChannelState } from '../../../src/conversations/channel-tools.ts'
import { hashOfThread } from './message-id.ts'

const personSchema = z.object({ name: z.string().optional(), address: z.string() })

const heardSchema = z.object({
  subject: z.string(),
  messageId: z.string().optional(),
  references: z.array(z.string()),
  /** Who gets our answers. */
  to: personSchema,
})
/** The last letter that came in a thread, as far as an answer needs it. */
export type Heard = z.infer<typeof heardSchema>

const saidSchema = z.object({
  subject: z.string().optional(),
  /** What we sent first and last. */
  messageIds: z.array(z.string()).default([]),
  /** What is being sent, or was when an attempt broke off: the same content goes out under the same Message-ID. */
  attempt: z.object({ content: z.string(), messageId: z.string() }).optional(),
})
/** What we sent in a thread. */
export type Said = z.infer<typeof saidSchema>

/** The little that has to be remembered of threads, by their ids: one writer for each kind of entry. */
export interface ThreadMemory {
  /** Made once; it seals our Message-IDs. */
  key(): Promise<string>
  heard(thread: string): Promise<Heard | undefined>
  hear(thread: string, heard: Heard): Promise<void>
  said(thread: string): Promise<Said>
  say(thread: string, said: Said): Promise<void>
  /** The thread of a subject between us and somebody, for answers that name no letter. */
  bySubject(subject: string, address: string): Promise<string | undefined>
  noteSubject(subject: string, address: string, thread: string): Promise<void>
  /** The thread of a letter of ours to which a server gave another Message-ID. */
  byAlias(messageId: string): Promise<string | undefined>
  noteAlias(messageId: string, thread: string): Promise<void>
}

export function threadMemory(state: ChannelState): ThreadMemory {
  const subjectKey = (subject: string, address: string) =>
    `subject:${hashOfThread('subject', subject.toLowerCase(), address)}`
  const aliasKey = (messageId: string) => `alias:${hashOfThread('alias', messageId)}`

  async function read<T>(name: string, schema: z.ZodType<T>): Promise<T | undefined> {
    const text = await state.read(name)
    return text === undefined ? undefined : schema.safeParse(JSON.parse(text)).data
  }
  async function write(name: string, text: string): Promise<void> {
    if ((await state.read(name)) !== text) await state.write(name, text)
  }

  return {
    async key() {
      const known = await state.read('key')
      if (known !== undefined) return known
      await state.write('key', randomBytes(32).toString('hex'))
      // Another process may have done the same: what stands there now counts for both.
      return (await state.read('key'))!
    },
    heard: (thread) => read(`heard:${thread}`, heardSchema),
    hear: (thread, heard) => write(`heard:${thread}`, JSON.stringify(heard)),
    said: async (thread) => (await read(`said:${thread}`, saidSchema)) ?? { messageIds: [] },
    say: (thread, said) => write(`said:${thread}`, JSON.stringify(said)),
    bySubject: (subject, address) => state.read(subjectKey(subject, address)),
    noteSubject: (subject, address, thread) => write(subjectKey(subject, address), thread),
    byAlias: (messageId) => state.read(aliasKey(messageId)),
    noteAlias: (messageId, thread) => write(aliasKey(messageId), thread),
  }
}
