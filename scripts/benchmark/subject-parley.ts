import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startParley } from '../../src/compose.ts'
import type { FlowInput } from '../../src/flows/flow.ts'
import { openEmbedded } from '../../src/platform/database/embedded.ts'
import { migrate } from '../../src/platform/database/migrate.ts'
import { openPostgres } from '../../src/platform/database/postgres.ts'
import { seed, testConfig } from '../../test/parley.ts'
import { hookSecret, token } from './load.ts'
import { runSubject, type SubjectInput } from './subject.ts'

/** Parley as it is, with one Telegram bot and one flow. */
runSubject(async (input) => {
  const directory = await mkdtemp(join(tmpdir(), 'parley-benchmark-'))
  const db = input.databaseUrl ? openPostgres(input.databaseUrl) : await openEmbedded(join(directory, 'database'))
  await migrate(db, join(import.meta.dirname, '../../migrations'))
  const settings = {
    token,
    apiRoot: input.apiRoot,
    mode: 'webhook',
    webhookSecret: hookSecret,
    pacing: { messagesPerSecond: 1_000_000, perChatPerSecond: 1_000_000 },
  }
  const { channels } = await seed(db, {
    channels: [{ kind: 'telegram', name: 'bot', settings }],
    flows: [flowOf(input)],
  })
  const parley = await startParley(testConfig({ DATA_DIR: directory, LOG_LEVEL: 'warn' }), { db })
  return {
    hook: `${parley.address}/hooks/${channels[0]!.hookId}`,
    stop: async () => {
      await parley.stop()
      await db.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
})

/** A loop, so that each message moves a run that waits for it. */
function flowOf({ scenario, externalUrl }: SubjectInput): FlowInput {
  const triggers: FlowInput['triggers'] = [{ type: 'any_message', to: scenario === 'echo' ? 'echo' : 'ask' }]
  if (scenario === 'echo') {
    return {
      name: 'Echo',
      triggers,
      blocks: [
        { id: 'echo', number: 1, type: 'message', state: 'wait', options: { text: 'You said: {{ message.text }}' } },
      ],
      arrows: [{ from: 'echo', to: 'echo' }],
    }
  }
  return {
    name: 'Echo with a request',
    triggers,
    blocks: [
      {
        id: 'ask',
        number: 1,
        type: 'external-request',
        options: {
          method: 'GET',
          url: `${externalUrl}/cars`,
          query: { text: '{{ message.text }}' },
          mapping: [
            { from: '$.car.model', to: 'run.model' },
            { from: '$.car.price', to: 'run.price' },
          ],
        },
      },
      {
        id: 'echo',
        number: 2,
        type: 'message',
        state: 'wait',
        options: { text: 'You said: {{ message.text }}. We have {{ run.model }} for {{ run.price }}' },
      },
    ],
    arrows: [
      { from: 'ask', output: 'ok', to: 'echo' },
      { from: 'echo', to: 'ask' },
    ],
  }
}
