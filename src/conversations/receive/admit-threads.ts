import type { Contact } from '../../contacts/contact.ts'
import { identityKey } from '../../contacts/identity.ts'
import { admitPeople, type NewPerson } from '../../contacts/people.store.ts'
import type { Tx } from '../../platform/database/database.ts'
import { createConversations } from '../conversations.store.ts'
import type { Person, ThreadEvent } from '../event.ts'
import { findOperators, type Operators, operatorIn, personKey } from './speaking-operators.store.ts'
import type { ThreadQueue } from './thread-queue.ts'

/** Contacts of the people that a batch speaks of, by `project/kind/value` of their surest identity. */
export type People = Map<string, Contact>

interface Stranger extends NewPerson {
  /** Known from a stored event of a group: nobody has asked yet whether it is an operator. */
  unasked: boolean
}

/**
 * Makes what the first event of a person or thread needs: contacts for people not met before, and a conversation for each
 * thread of a channel that has none. Called while the threads are locked; costs nothing when all are known. Operators who act
 * in a group are no contacts.
 */
export async function admitThreads(
  tx: Tx,
  now: Date,
  threads: ThreadQueue[],
  people: People,
  operators: Operators,
): Promise<void> {
  let strangers = findStrangers(threads, people, operators)
  const unasked = strangers.filter((stranger) => stranger.unasked)
  if (unasked.length > 0) {
    await findOperators(tx, unasked, operators)
    strangers = strangers.filter(
      ({ projectId, unasked, ...person }) => !unasked || !operatorIn(operators, projectId, person),
    )
  }
  if (strangers.length > 0) {
    const contacts = await admitPeople(tx, now, strangers)
    strangers.forEach((person, index) => {
      people.set(personKey(person.projectId, person.identities[0]!), contacts[index]!)
    })
  }
  const opened = threads.filter(
    (thread) => thread.channelId !== 0 && !thread.conversation && thread.events.some(({ event }) => opens(event)),
  )
  if (opened.length === 0) return
  await createConversations(
    tx,
    now,
    opened.map((thread) => {
      const first = thread.events.find(({ event }) => opens(event))!.event
      const ref = 'thread' in first ? first.thread : undefined
      const kind = ref?.kind ?? 'direct'
      const person = personOf(first)
      const contact = person && kind !== 'group' ? personIn(people, thread.projectId, person) : undefined
      return {
        thread,
        kind,
        title: ref?.title ?? null,
        contact,
        cameBy: contact && identityKey(person!.identities[0]!),
      }
    }),
  )
}

/** The contact of a person, as the batch knows them. */
export function personIn(people: People, projectId: number, person: Person): Contact | undefined {
  const [first] = person.identities
  return first && people.get(personKey(projectId, first))
}

/** The person an event comes from or is about; our own account is none. */
export function personOf(event: ThreadEvent): Person | undefined {
  if (event.kind === 'message' || event.kind === 'edit' || event.kind === 'reaction') return event.sender
  if (event.kind === 'membership' && !event.self) return event.person
  if (event.kind === 'own_message') return event.to
  return undefined
}

function findStrangers(threads: ThreadQueue[], people: People, operators: Operators): Stranger[] {
  const strangers = new Map<string, Stranger>()
  for (const thread of threads) {
    for (const { event, id } of thread.events) {
      const person = personOf(event)
      const first = person?.identities[0]
      if (!person || !first) continue
      const key = personKey(thread.projectId, first)
      if (people.has(key) || strangers.has(key)) continue
      if (soleSpeaker(thread, person)) continue
      const inGroup = isInGroup(event)
      if (inGroup && operatorIn(operators, thread.projectId, person)) continue
      const unasked = inGroup && id !== undefined
      strangers.set(key, { ...person, projectId: thread.projectId, channelId: thread.channelId, unasked })
    }
  }
  return [...strangers.values()]
}

/**
 * The contact for whom everything in a thread counts: in a call or a chat between two whoever speaks there, in an e-mail thread who
 * writes from the address it was begun with. In groups, and where others join by e-mail, everybody speaks for himself.
 */
export function soleSpeaker({ contact, conversation }: ThreadQueue, person: Person): Contact | undefined {
  if (!contact || !conversation || conversation.kind === 'group') return undefined
  if (conversation.kind !== 'email' || conversation.cameBy === null) return contact
  const [first] = person.identities
  return first && identityKey(first) === conversation.cameBy ? contact : undefined
}

/** Whether an event happened in a group, where operators speak for themselves. */
export function isInGroup(event: ThreadEvent): boolean {
  return 'thread' in event && event.thread.kind === 'group'
}

/** A message opens a conversation, and so does a group that lets us or somebody in; a status or an unknown payload does not. */
function opens(event: ThreadEvent): boolean {
  if (event.kind === 'message' || event.kind === 'own_message') return true
  return (
    event.kind === 'membership' &&
    event.thread.kind === 'group' &&
    event.status !== 'left' &&
    event.status !== 'blocked'
  )
}
