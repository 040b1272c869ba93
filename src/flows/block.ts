import type { ZodObject, z } from 'zod'
import type { Capabilities } from '../conversations/channel.ts'
import type { ConversationKind, Entity, Part } from '../conversations/message.ts'
import type { Fault } from '../platform/errors.ts'
import type { WorkingHours } from '../team/team.table.ts'
import type { ActionName, Actions } from './actions.ts'
import type { Renderers } from './renderers.ts'
import type { Scope } from './scope.ts'

/** How a block's step ends. */
export type Outcome =
  /** The run goes on by this output. */
  | { do: 'next'; output: string }
  /** The run waits: for the reply, for a moment, or for whichever comes first. The block is resumed. */
  | { do: 'wait'; for: 'reply' | 'time'; until?: Date; state?: Record<string, unknown> }
  /** Work outside begins after the commit; the block is resumed with its result. */
  | { do: 'call'; caller: string; request: unknown; state?: Record<string, unknown> }
  /** This branch of the run is over. */
  | { do: 'end' }
  /** The step failed: by the output `error` where the block has one with an arrow, else the run stops visibly. */
  | { do: 'fail'; message: string }

export const next = (output = 'next'): Outcome => ({ do: 'next', output })
export const waitForReply = (state?: Record<string, unknown>, until?: Date): Outcome => ({
  do: 'wait',
  for: 'reply',
  state,
  until,
})
export const waitUntil = (until: Date, state?: Record<string, unknown>): Outcome => ({
  do: 'wait',
  for: 'time',
  until,
  state,
})
export const call = (caller: string, request: unknown, state?: Record<string, unknown>): Outcome => ({
  do: 'call',
  caller,
  request,
  state,
})
export const end = (): Outcome => ({ do: 'end' })
export const fail = (message: string): Outcome => ({ do: 'fail', message })

/** The contact's message that a step sees. */
export interface Reply {
  id: number
  text: string
  entities: Entity[]
  parts: Part[]
  externalId: string | null
  at: Date
  /** Whether it means the bot; taken as true when absent. */
  addressesBot?: boolean
}

/** Why a waiting block is resumed. */
export type Resumption =
  | { because: 'reply'; reply: Reply }
  | { because: 'time' }
  /** What the caller answered; `error` says why there is no answer. */
  | { because: 'result'; result: CallResult }

export type CallResult = { ok: true; value: unknown } | { ok: false; error: string }

/** What a block needs to know of the project to read times and phones. */
export interface ProjectSettings {
  /** IANA; counts for contacts without a time zone of their own. */
  timeZone: string
  /** ISO 3166-1 alpha-2; counts for contacts without a country of their own. */
  country: string
  workingHours: WorkingHours
}

/** What a block sees at its step. */
export interface StepContext<Options, Needs extends ActionName> extends Renderers {
  options: Options
  now: Date
  project: ProjectSettings
  /** Everything that placeholders can name. */
  scope: Scope
  /** The message that moved the run here, if one did. */
  reply: Reply | undefined
  /** What the conversation's channel can do; undefined while the run has no conversation. */
  capabilities: Capabilities | undefined
  act: Pick<Actions, Needs>
}

/** A kind of block that a user can drag into a flow. */
export interface BlockDefinition<Options extends ZodObject = ZodObject, Needs extends ActionName = ActionName> {
  type: string
  /** One sentence for the person who draws. */
  summary: string
  /** Where several arrows leave a block, actions go before messages. */
  kind: 'action' | 'message'
  options: Options
  /** The outputs that arrows may leave by, given the options. */
  outputs(options: z.infer<Options>): string[]
  needs: readonly Needs[]
  /** Options that make sense, for the reference page and the tests. */
  example: z.input<Options>
  /** Texts of the options that hold placeholders, by path; they are checked when the flow is published. */
  templates?(options: z.infer<Options>): Record<string, string>
  /** Faults that the schema cannot see, by path of the option; `lookup` tells what the project has. */
  check?(options: z.infer<Options>, lookup: ProjectLookup): { path: string; message: string }[]
  /** What of the options a channel would show otherwise than they say, by path of the option; told as a warning. */
  loses?(options: z.infer<Options>, can: Capabilities): { path: string; message: string }[]
  execute(context: StepContext<z.infer<Options>, Needs>): Outcome | Promise<Outcome>
  /** Whether the block itself can hold the run until a reply or a moment comes; absent when it never does. */
  waits?(options: z.infer<Options>): boolean
  /**
   * Of a block that waits or calls: what becomes of it. `state` is what it asked to keep. A block that was resumed with
   * a reply, or whose time for one ran out, has waited: its state `wait` adds no second one.
   */
  resume?(
    context: StepContext<z.infer<Options>, Needs>,
    resumption: Resumption,
    state: Record<string, unknown>,
  ): Outcome | Promise<Outcome>
}

/** What the publisher knows of a project, so that a block can be checked against it. */
export interface ProjectLookup {
  attributes: ReadonlyMap<string, { type: string; choices: string[] | null }>
  /** Spots by name, with their pipelines by name, with the names of their stages. */
  spots: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>
  /** Channels by name. */
  channels: ReadonlyMap<string, KnownChannel>
  /** The names of the sales plans. */
  salesPlans: ReadonlySet<string>
  /** The names of the e-mail templates. */
  emailTemplates: ReadonlySet<string>
  /** The names of the rules of distribution. */
  rules: ReadonlySet<string>
  /** The e-mail addresses of the operators, in small letters. */
  operators: ReadonlySet<string>
  /** Flows by name, with the ids of the blocks of draft and live version. */
  flows: ReadonlyMap<string, ReadonlySet<string>>
  /** Integrations with other CRMs by name. */
  integrations: ReadonlyMap<string, KnownIntegration>
  /** The name of the flow that subscribers belong to where nothing else is said; it may be gone. */
  defaultFlow: string | undefined
}

/** What the publisher knows of a channel. */
export interface KnownChannel {
  /** What it can do in conversations of a kind; undefined while it is not open, when nobody can tell. */
  can(kind: ConversationKind): Capabilities | undefined
}

/** What the publisher knows of an integration with another CRM. */
export interface KnownIntegration {
  /** What is wrong with what a block writes there, by path of its option; nothing while its account was never read. */
  faults(written: WrittenThere): Fault[]
}

/** What a block writes to another CRM, by the names that its account has. What holds placeholders is not known yet. */
export interface WrittenThere {
  entity: 'contact' | 'deal'
  pipeline?: string
  stage?: string
  name?: string
  budget?: string | number
  /** An operator's e-mail, or a user there by name or e-mail. */
  responsible?: string
  /** Values of fields there, which are named by key or title. */
  fields: { to: string; value: unknown }[]
  task?: { responsible?: string }
}

/** Defines a block; the types of options and needs follow from the values. */
export function defineBlock<Options extends ZodObject, const Needs extends ActionName>(
  definition: BlockDefinition<Options, Needs>,
): BlockDefinition {
  return definition as unknown as BlockDefinition
}

/** The block types that the program has, by type. */
export type BlockRegistry = ReadonlyMap<string, BlockDefinition>
