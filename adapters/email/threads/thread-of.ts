import type { Letter } from '../inbound/letter.ts'
import { hashOfThread, threadOfOwn } from './message-id.ts'
import { baseSubject, isAnswer } from './subject.ts'
import type { ThreadMemory } from './thread-memory.ts'

/**
 * The thread of a letter to or from `other`: the one that a letter of ours among those it answers names in its Message-ID; else that
 * of the oldest letter it refers to, or of the letter itself, hashed. An answer that refers to none belongs where the same subject
 * was last spoken of with the same person. The same letter always finds the same thread as long as nothing is said in between.
 */
export async function threadOf(letter: Letter, other: string, key: string, memory: ThreadMemory): Promise<string> {
  const answered = [...letter.inReplyTo, ...letter.references.toReversed()]
  for (const id of answered) {
    const thread = threadOfOwn(key, id)
    if (thread !== undefined) return thread
  }
  // A server may have renamed our letter: the newest two that are answered are looked up.
  for (const id of new Set(answered.slice(0, 2))) {
    const thread = await memory.byAlias(id)
    if (thread !== undefined) return thread
  }
  const root = letter.references[0] ?? letter.inReplyTo[0]
  if (root !== undefined) return hashOfThread('letter', root)
  const subject = baseSubject(letter.subject)
  if (isAnswer(letter.subject)) {
    const thread = await memory.bySubject(subject, other)
    if (thread !== undefined) return thread
  }
  if (letter.messageId !== undefined) return hashOfThread('letter', letter.messageId)
  return hashOfThread('subject', subject.toLowerCase(), other)
}
