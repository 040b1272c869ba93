import { z } from 'zod'
import { durationSchema } from '../platform/duration.ts'
import { callEvents } from './calls/call-events.ts'

const idSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'expected 1 to 64 letters, digits, dashes or underscores')
  .describe('Stable name of the block in its flow; traces, arrows and other flows refer to it.')

/** What happens after a block has done its work. */
export const blockStateSchema = z
  .enum(['wait', 'skip', 'block', 'manual'])
  .describe(
    'wait: for the reply. skip: go on at once. block: the flow ends here for this contact until an operator lifts it. ' +
      'manual: hand the conversation and its deal to people.',
  )
export type BlockState = z.infer<typeof blockStateSchema>

export const blockNodeSchema = z.strictObject({
  id: idSchema,
  number: z.int().min(1).describe('What people call the block by; unique in the flow and stable.'),
  type: z.string().describe('A registered block type.'),
  name: z.string().max(200).default(''),
  description: z.string().max(2000).default(''),
  options: z.record(z.string(), z.unknown()).default({}).describe('As the block type describes.'),
  state: blockStateSchema.default('skip'),
  messageDelay: durationSchema
    .optional()
    .describe('A pause before what follows; meanwhile messages are stored and do not move the flow.'),
  script: z
    .string()
    .max(20_000)
    .optional()
    .describe(
      'A calculator script, run before the block does its work. A block with a script also has the output `error`, for a script that cannot go on.',
    ),
  position: z.strictObject({ x: z.number(), y: z.number() }).optional().describe('Where the block is drawn.'),
})
export type BlockNode = z.infer<typeof blockNodeSchema>

export const arrowSchema = z.strictObject({
  from: idSchema,
  output: z.string().default('next').describe('The output of the block that the arrow leaves by.'),
  to: idSchema,
  delay: durationSchema.optional().describe('Makes what follows a pended message, sent after this time.'),
  keepWhenReplied: z.boolean().default(false).describe('A reply does not cancel the pended message ("do not cancel").'),
})
export type Arrow = z.infer<typeof arrowSchema>

const triggerBase = {
  to: idSchema.describe('The block that the run begins with.'),
  channels: z.array(z.string()).optional().describe('Names of the channels it listens to; all when absent.'),
  conversations: z.array(z.enum(['direct', 'group', 'email', 'call'])).default(['direct']),
}

/** Of a trigger that a change of our own data pulls: where the run that it starts is to talk. */
const changeTriggerBase = {
  to: triggerBase.to,
  channels: z
    .array(z.string())
    .optional()
    .describe(
      'Names of channels: the run begins where the contact wrote last in these, and not without one; all when absent.',
    ),
  conversations: triggerBase.conversations.describe(
    'The kinds of conversation that the run may begin in. With `group`, a change of a group starts a run of that group.',
  ),
}

const nameSchema = z.string().min(1).max(200)
const valueSchema = z.union([z.string().max(1000), z.number(), z.boolean()])

/** Triggers that changes of our own data pull, whoever makes them: an operator, a program or another flow. */
const changeTriggers = [
  z.strictObject({
    type: z.literal('stage_entered').describe('A deal comes to stand in a stage: moved there, or made there.'),
    spot: nameSchema.optional().describe('The name of a spot; any spot when absent.'),
    pipeline: nameSchema.optional().describe('The name of a pipeline; any pipeline when absent.'),
    stage: nameSchema.optional().describe('The name of a stage; any stage when absent.'),
    ...changeTriggerBase,
  }),
  z.strictObject({
    type: z.literal('deal_created').describe('A deal is made.'),
    spot: nameSchema.optional().describe('The name of a spot; any spot when absent.'),
    pipeline: nameSchema.optional().describe('The name of a pipeline; any pipeline when absent.'),
    ...changeTriggerBase,
  }),
  z.strictObject({
    type: z.literal('deal_field_changed').describe('A field or variable of a deal gets another value.'),
    field: z
      .string()
      .regex(/^deal\.[\p{L}_][\p{L}\p{N}_-]{0,63}$/u, 'expected deal.… and a name')
      .describe('Written like the placeholder that reads it: `deal.budget`, or `deal.model` for a variable.'),
    value: valueSchema.optional().describe('Only when this is the new value.'),
    ...changeTriggerBase,
  }),
  z.strictObject({
    type: z.literal('label_added').describe('A label is put on a contact.'),
    label: z.string().min(1),
    ...changeTriggerBase,
  }),
  z.strictObject({
    type: z.literal('label_removed').describe('A label is taken off a contact.'),
    label: z.string().min(1),
    ...changeTriggerBase,
  }),
  z.strictObject({
    type: z.literal('field_changed').describe('A field or attribute of a contact gets another value.'),
    field: z
      .string()
      .regex(/^contact\.[\p{L}_][\p{L}\p{N}_-]{0,63}$/u, 'expected contact.… and a name')
      .describe('Written like the placeholder that reads it: `contact.phone`, or `contact.city` for an attribute.'),
    value: valueSchema
      .optional()
      .describe('Only when this is the new value; of a multiple choice, when it was not chosen before.'),
    ...changeTriggerBase,
  }),
  z.strictObject({
    type: z.literal('task_overdue').describe('A task of a contact is not done when its moment has come.'),
    ...changeTriggerBase,
  }),
  z.strictObject({ type: z.literal('task_done').describe('A task of a contact is done.'), ...changeTriggerBase }),
  z.strictObject({
    type: z.literal('assigned').describe('A conversation, a deal or a contact is given to an operator.'),
    of: z.enum(['conversation', 'deal', 'contact']).optional().describe('What is given; any of them when absent.'),
    operator: z.email().max(320).optional().describe("The operator's e-mail address; any operator when absent."),
    ...changeTriggerBase,
  }),
] as const
export type ChangeTrigger = z.infer<(typeof changeTriggers)[number]>

export const triggerSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('first_message').describe('The first message of a conversation.'),
    ...triggerBase,
  }),
  z.strictObject({
    type: z
      .literal('any_message')
      .describe('A message that nothing else takes: no command, no keyword, no run that waits.'),
    ...triggerBase,
  }),
  z.strictObject({
    type: z.literal('keyword'),
    words: z.array(z.string().min(1)).min(1).describe('Compared without regard to case and surrounding space.'),
    match: z.enum(['exact', 'starts', 'contains']).default('exact').describe('contains looks for whole words.'),
    whileWaiting: z
      .boolean()
      .default(false)
      .describe('Also while a run waits for a reply; otherwise the reply goes to that run.'),
    ...triggerBase,
  }),
  z.strictObject({
    type: z.literal('command').describe('A command such as /start, at any time.'),
    name: z.string().regex(/^[\p{L}\p{N}_]{1,32}$/u, 'expected a command without its slash, such as start'),
    ...triggerBase,
  }),
  z.strictObject({
    type: z.literal('call').describe('Something happens in a phone call.'),
    events: z
      .array(z.enum(callEvents))
      .min(1)
      .default(['incoming'])
      .describe(
        'incoming: somebody calls us. answered, digits, speech: in the call; a run that waits for a reply takes digits and speech first. ' +
          'missed: somebody called and nobody took it. completed, busy, no_answer, canceled, failed: how it ended. recording: it can be heard. ' +
          'A run that begins behind the end talks where the contact wrote last.',
      ),
    direction: z
      .enum(['inbound', 'outbound', 'any'])
      .default('inbound')
      .describe('Calls to us, calls that we placed, or both.'),
    ...triggerBase,
    conversations: triggerBase.conversations.unwrap().default(['call']),
  }),
  ...changeTriggers,
  z.strictObject({ type: z.literal('postback').describe('A postback that names this flow.'), ...triggerBase }),
  z.strictObject({ type: z.literal('manual').describe('An operator starts it.'), ...triggerBase }),
  z.strictObject({ type: z.literal('api').describe('A program starts it.'), ...triggerBase }),
])
export type Trigger = z.infer<typeof triggerSchema>
export type TriggerType = Trigger['type']

/** A flow as it is written down, drawn and published. */
export const flowSchema = z.strictObject({
  name: z.string().min(1).max(200),
  triggers: z.array(triggerSchema).max(100).default([]),
  blocks: z.array(blockNodeSchema).max(2000).default([]),
  arrows: z.array(arrowSchema).max(10_000).default([]),
})
export type FlowGraph = z.infer<typeof flowSchema>
/** The same before defaults are filled in. */
export type FlowInput = z.input<typeof flowSchema>
