import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { channelCatalogue } from '../adapters/index.ts'
import { blocks } from '../src/compose/block-registry.ts'
import { type Parley, startParley } from '../src/compose.ts'
import type { ChannelCatalogue } from '../src/conversations/channel.ts'
import { createChannel } from '../src/conversations/channels/create-channel.ts'
import type { Channel } from '../src/conversations/conversation.ts'
import type { FlowInput } from '../src/flows/flow.ts'
import { publishFlow } from '../src/flows/publish-flow.ts'
import { saveFlow } from '../src/flows/save-flow.ts'
import type { Clock } from '../src/platform/clock.ts'
import { type Config, readConfig } from '../src/platform/config.ts'
import type { Database } from '../src/platform/database/database.ts'
import { createVault } from '../src/platform/secrets.ts'
import { knownIntegrations } from '../src/sync/blocks/known-integrations.ts'
import type { WorkContext } from '../src/team/context.ts'
import { closedChannels, makeProject } from './project.ts'

export const testSecret = 'a secret for tests only, 32 bytes'

/** What a test puts into the database before the program starts. */
export interface Seed {
  channels: { kind: string; name: string; settings: Record<string, unknown> }[]
  flows: FlowInput[]
  /** Another one than the program's own. */
  catalogue?: ChannelCatalogue
}

/** Makes a project with channels and published flows. */
export async function seed(
  db: Database,
  { channels, flows, catalogue = channelCatalogue }: Seed,
): Promise<{ work: WorkContext; channels: Channel[] }> {
  const work = await makeProject(db, new Date())
  const vault = createVault(testSecret)
  const made = await db.transaction(async (tx) => {
    const rows: Channel[] = []
    for (const channel of channels) rows.push(await createChannel(tx, work, channel, { catalogue, vault }))
    for (const draft of flows) {
      const flow = await saveFlow(tx, work, { draft })
      await publishFlow(
        tx,
        work,
        { flowId: flow.id },
        { registry: blocks, channels: closedChannels, integrations: knownIntegrations },
      )
    }
    return rows
  })
  return { work, channels: made }
}

/** Settings of a program under test: any free port, a quiet log, loopback open for outgoing requests. */
export function testConfig(env: Record<string, string> = {}): Config {
  return readConfig({
    PORT: '0',
    HOST: '127.0.0.1',
    LOG_LEVEL: process.env.TEST_LOG ?? 'fatal',
    PARLEY_SECRET: testSecret,
    ALLOWED_PRIVATE_HOSTS: '127.0.0.1',
    ...env,
  })
}

/** Starts the whole program in this process over a test's database. */
export async function startTestParley(
  db: Database,
  options: { clock?: Clock; env?: Record<string, string>; catalogue?: ChannelCatalogue } = {},
): Promise<Parley & { dispose(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-test-'))
  const { clock, catalogue } = options
  const parley = await startParley(testConfig({ DATA_DIR: directory, ...options.env }), { db, clock, catalogue })
  return {
    ...parley,
    dispose: async () => {
      await parley.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
