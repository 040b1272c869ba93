import type { Capabilities } from '../../conversations/channel.ts'
import type { PlacedConversation } from '../../conversations/conversations.store.ts'
import type { ThreadRef } from '../../conversations/event.ts'
import type { ConversationKind, Identity } from '../../conversations/message.ts'
import type { BatchWrites } from '../../conversations/receive/batch-writes.store.ts'
import type { Manager } from '../../conversations/receive/managers-word.ts'
import type { ThreadQueue } from '../../conversations/receive/thread-queue.ts'
import type { PlacedDeal } from '../../crm/deals.store.ts'
import type { Tx } from '../../platform/database/database.ts'
import type { ProjectSettings, Reply } from '../block.ts'
import type { CallBranch } from '../run.ts'
import type { CompiledFlow } from './compiled-flow.ts'
import type { Run, Step } from './runs.store.ts'

/** A run while it is moved. */
export interface RunState {
  run: Run
  /** The transaction that wrote it as it was read; nothing of one that began in this batch. */
  version?: string
  flow: CompiledFlow
  deal: PlacedDeal | undefined
  /** It began in this batch. */
  isNew: boolean
  /** It has to be written. */
  touched: boolean
  /** How often each block (`flow:block`) was passed since the run last waited, also by the runs that it started. */
  visits: Record<string, number>
}

/** Work outside that a run waits for. */
export interface StartedCall {
  runId: number
  threadId: number
  branch: CallBranch
  /** What is asked, as JSON, of a call that this process began itself: it need not be opened again. */
  request?: string
}

/** What the engine knows of a project. */
export interface EngineProject {
  id: number
  settings: ProjectSettings
  variables: Record<string, string>
  /** Values to be masked in traces. */
  secrets: string[]
}

/** What the engine asks of channels. */
export interface ChannelLookup {
  capabilities(channelId: number, kind: ConversationKind): Capabilities | undefined
  /** The thread in which a channel can write to a person first. */
  threadFor(channelId: number, identities: Identity[]): ThreadRef | undefined
  /** A channel's name in its project. */
  nameOf(channelId: number): string | undefined
}

/** Flows by version and by project; everything a batch needs is loaded before its threads are advanced. */
export interface FlowLookup {
  version(id: number): CompiledFlow
  live(projectId: number): readonly CompiledFlow[]
}

/** Everything at hand while one thread is advanced, under its lock and in the batch's transaction. */
export interface ThreadContext {
  tx: Tx
  now: Date
  thread: ThreadQueue
  project: EngineProject
  writes: BatchWrites
  /** The active runs of the thread's subject, and those begun meanwhile. */
  runs: RunState[]
  steps: Step[]
  /** Conversations other than the thread's own, as far as they were needed. */
  conversations: Map<number, PlacedConversation>
  flows: FlowLookup
  channels: ChannelLookup
  /** Who sent the message that is being worked on, and the message as blocks see it. */
  reply: Reply | undefined
  sender: ThreadQueue['contact']
  /** The manager who wrote it, in a group; then nobody is its sender. */
  manager: Manager | undefined
  /** The client for whom the group was made in which a manager wrote. */
  client: ThreadQueue['contact']
  /** The name of this process, which holds the calls it starts. */
  process: string
  /** Work outside that begins with the commit. */
  calls: StartedCall[]
  /** Messages (by number) that waited for work outside of runs which are over: they take their turn. */
  released: number[]
  nextId(): number
  /** Makes sure that there are numbers for one more step. */
  reserveIds(): Promise<void>
  /** Throws away the numbers drawn before and draws new ones: another thread's lock was taken just now. */
  renewIds(): Promise<void>
  /** Closes what must not be read at rest; opened by the caller. */
  seal(text: string): string
}

/** The subject a flow's subscribers are counted by: a contact's number, or a group conversation's negated. */
export function subjectOf(run: Pick<Run, 'contactId' | 'conversationId'>): number {
  return run.contactId ?? -run.conversationId!
}
