import { z } from 'zod'
import { operation } from '../../platform/http/operation.ts'
import { longestScript } from './parse.ts'

const idSchema = z.int().nullable()

export const postRunScript = operation({
  tag: 'calculator',
  id: 'runScript',
  method: 'post',
  path: '/calculator/run',
  summary: 'Runs a calculator script for a contact without keeping anything of it',
  description:
    'The script runs as in a block, with its limits, and everything it did is taken back: the answer tells what it would have ' +
    'done. Values of secrets are masked.',
  access: 'write',
  body: z.strictObject({
    contactId: z.int(),
    dealId: z.int().optional().describe("The run's current deal; else the contact's newest open one counts."),
    conversationId: z.int().optional().describe("The contact's latest one when absent."),
    flowId: z.int().optional().describe('A published flow, for `was_in_state` and `unsubscribe`.'),
    script: z.string().max(longestScript),
    variables: z.record(z.string(), z.unknown()).default({}).describe('Variables of the run before the script.'),
  }),
  answer: z.object({
    faults: z
      .array(z.object({ line: z.int(), column: z.int(), message: z.string() }))
      .describe('Why it cannot run, with what was expected, or could not go on; empty when it came to its end.'),
    value: z.unknown().describe('Of the last statement.'),
    variables: z.record(z.string(), z.unknown()).describe('What it wrote.'),
    calls: z.array(z.string()).describe('The calls that would have changed something, with what they gave.'),
    effects: z
      .array(
        z.object({
          text: z.string(),
          kind: z.string().describe('As in the log of changes.'),
          contactId: idSchema,
          conversationId: idSchema,
          dealId: idSchema,
          data: z.record(z.string(), z.unknown()),
        }),
      )
      .describe('What would have been recorded, in order.'),
    silencedBy: z.string().nullable().describe('The call for which a message of the same block would not be sent.'),
    output: z.array(z.string()).describe('What it printed.'),
    steps: z.int(),
    timeMs: z.number(),
  }),
})
