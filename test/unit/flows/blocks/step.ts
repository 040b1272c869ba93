import type { Capabilities } from '../../../../src/conversations/channel.ts'
import type { Content, Part } from '../../../../src/conversations/message.ts'
import type { Deal } from '../../../../src/crm/deal.ts'
import type { Task } from '../../../../src/crm/tasks/task.ts'
import type { ActionName, Actions } from '../../../../src/flows/actions.ts'
import type {
  BlockDefinition,
  KnownChannel,
  Outcome,
  ProjectLookup,
  ProjectSettings,
  Reply,
  Resumption,
  StepContext,
} from '../../../../src/flows/block.ts'
import type { Scope } from '../../../../src/flows/scope.ts'
import { faultsOf } from '../../../../src/platform/faults.ts'
import { renderHtml, renderJson, renderMarkup, renderText, renderUrl } from '../../../../src/platform/templates.ts'
import type { Operator } from '../../../../src/team/operator.ts'

/** A Monday noon in Moscow. */
export const noon = new Date('2026-11-02T09:00:00Z')

export const project: ProjectSettings = {
  timeZone: 'Europe/Moscow',
  country: 'RU',
  workingHours: Object.fromEntries([1, 2, 3, 4, 5].map((day) => [String(day), [['09:00', '18:00']]])),
}

/** What a step is given besides its block. */
export interface Given {
  now?: Date
  scope?: Partial<Scope>
  project?: Partial<ProjectSettings>
  capabilities?: Capabilities
  /** The e-mail address that comes out is none. */
  noAddress?: boolean
  /** No operator is there for the contact. */
  nobody?: boolean
  /** Actions that do not work, with the error they throw. */
  broken?: Partial<Record<ActionName, Error>>
}

/** One action that a block took: its name and what it gave it. */
export type Taken = [name: ActionName, ...input: unknown[]]

/** Runs single steps of a block with options as they are written in a flow, and records the actions it takes. */
export function stepper(definition: BlockDefinition, options: Record<string, unknown>, given: Given = {}) {
  const taken: Taken[] = []
  const parsed = definition.options.parse(options)
  const scope: Scope = {
    contact: {},
    deal: {},
    run: {},
    project: {},
    message: {},
    conversation: {},
    sender: {},
    trigger: {},
    now: (given.now ?? noon).toISOString(),
    ...given.scope,
  }
  const context: StepContext<Record<string, unknown>, ActionName> = {
    options: parsed,
    now: given.now ?? noon,
    project: { ...project, ...given.project },
    scope,
    reply: undefined,
    capabilities: given.capabilities,
    render: (template, more) => renderText(template, { ...scope, ...more }),
    renderMarkup: (template, more) => renderMarkup(template, { ...scope, ...more }),
    renderHtml: (template) => renderHtml(template, scope),
    renderUrl: (template) => renderUrl(template, scope),
    renderJson: (value) => renderJson(value, scope),
    act: recorder(definition, taken, given),
  }
  return {
    taken,
    outputs: definition.outputs(parsed),
    said: () => taken.flatMap(([name, content]) => (name === 'say' ? [content as Content] : [])),
    execute: async () => definition.execute(context as never),
    resume: async (resumption: Resumption, state: Record<string, unknown> = {}) =>
      definition.resume!(context as never, resumption, kept(state)),
    /** Resumes a waiting outcome with what the contact wrote. */
    reply: async (outcome: Outcome, text: string, parts: Part[] = []) => {
      if (outcome.do !== 'wait') throw new Error(`the block does not wait: ${JSON.stringify(outcome)}`)
      const resumption: Resumption = { because: 'reply', reply: replyOf(text, parts) }
      return definition.resume!(context as never, resumption, kept(outcome.state ?? {}))
    },
  }
}

export function replyOf(text: string, parts: Part[] = []): Reply {
  return { id: 1, text, entities: [], parts, externalId: 'm1', at: noon }
}

/** What a block keeps goes through the database, as JSON. */
function kept(state: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(state)) as Record<string, unknown>
}

const answers: Partial<Record<ActionName, unknown>> = {
  planGroup: { channelId: 1, request: { title: 'G', people: [] } },
  createDeal: { id: 7, number: 1 } as Deal,
  moveDeal: { id: 7, number: 1 } as Deal,
  setDealStatus: { id: 7, number: 1 } as Deal,
  createTask: { id: 12, name: 'Call' } as Task,
  stopFlow: 1,
  distribute: { id: 3, name: 'Anna' } as Operator,
  assignOperator: { id: 3, name: 'Anna' } as Operator,
  createEmailSubscriber: true,
  sendEmail: true,
  readEmailTemplate: { subject: 'Welcome, {{ contact.first_name }}', text: '', html: '' },
}

/** Only the actions that the block needs, as in the program. */
function recorder(definition: BlockDefinition, taken: Taken[], { broken = {}, nobody, noAddress }: Given): Actions {
  const actions = definition.needs.map((name) => [
    name,
    async (...input: unknown[]) => {
      const error = broken[name]
      if (error) throw error
      taken.push([name, ...input])
      if (noAddress && answers[name] === true) return false
      return nobody ? undefined : answers[name]
    },
  ])
  return Object.fromEntries(actions) as Actions
}

/** The faults of options as publishing would see them, `path: message`. */
export function optionFaults(
  definition: BlockDefinition,
  options: unknown,
  known: Partial<ProjectLookup> = {},
): string[] {
  const parsed = definition.options.safeParse(options)
  const faults = parsed.success ? (definition.check?.(parsed.data, lookup(known)) ?? []) : faultsOf(parsed.error)
  return faults.map(({ path, message }) => `${path}: ${message}`)
}

/** A channel that can write texts, send pictures and show buttons in conversations of every kind, and what it is given besides. */
export function openChannel(can: Partial<Capabilities>): KnownChannel {
  const capabilities: Capabilities = {
    text: { maxLength: 4096, formatting: true },
    media: ['image'],
    buttons: true,
    requestButtons: true,
    location: false,
    contactCard: false,
    reply: false,
    edit: false,
    delete: false,
    reactions: false,
    typing: false,
    groups: false,
    canWriteFirst: true,
    mentions: false,
    createsGroups: false,
    templates: false,
    email: false,
    ...can,
  }
  return { can: () => capabilities }
}

/** A project with one of everything. */
export function lookup(known: Partial<ProjectLookup> = {}): ProjectLookup {
  return {
    attributes: new Map([
      ['birthday', { type: 'date', choices: null }],
      ['city', { type: 'text', choices: null }],
      ['favourite_car', { type: 'text', choices: null }],
    ]),
    spots: new Map([
      [
        'Showroom',
        new Map([
          ['Sales', ['New', 'Qualified', 'Won']],
          ['Service', ['Booked', 'Done']],
        ]),
      ],
    ]),
    channels: new Map([
      ['Bot', openChannel({})],
      ['Mailbox', openChannel({ email: true })],
      ['Account', openChannel({ createsGroups: true, mentions: true })],
      ['Phone line', openChannel({ calls: { speech: true, playback: true, digits: true, recording: true } })],
    ]),
    salesPlans: new Set(['November']),
    emailTemplates: new Set(['Welcome']),
    rules: new Set(['Sales team']),
    operators: new Set(['olga@example.com']),
    flows: new Map([['Follow-up', new Set(['ask-again', 'remind'])]]),
    integrations: new Map([['Sales CRM', { faults: () => [] }]]),
    defaultFlow: 'Follow-up',
    ...known,
  }
}
