import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { enabledChannels } from '../../conversations/channels/channels.store.ts'
import type { Queryable, Tx } from '../../platform/database/database.ts'
import { parseInput } from '../../platform/faults.ts'
import { createApiKey } from '../../team/create-api-key.ts'
import { createProject } from '../../team/create-project.ts'
import { claimFirstProject } from '../../team/team.store.ts'
import { applyDeclaration, type DeclarationParts } from '../declarations/apply-declaration.ts'
import { declarationSchema } from '../declarations/declaration.ts'

const demoChannel = 'demo'

/**
 * Makes the demo project with its first key, where the database holds no project at all; undefined where it does. Of several
 * processes that start at once one makes it. The key is the given one, or made up.
 */
export async function createDemo(
  tx: Tx,
  now: Date,
  input: { apiKey: string | undefined },
  parts: DeclarationParts,
): Promise<{ projectId: number; key: string } | undefined> {
  if (!(await claimFirstProject(tx))) return undefined
  const text = await readFile(join(import.meta.dirname, 'dealership.yaml'), 'utf8')
  const declaration = parseInput(declarationSchema, parse(text), 'demo')
  const { name = '', timeZone = '', country = '', workingHours = {} } = declaration.project ?? {}
  const { id: projectId } = await createProject(tx, now, { name, timeZone, country, workingHours })
  const context = { projectId, now, by: { kind: 'system' as const } }
  await applyDeclaration(tx, context, declaration, parts)
  const { key } = await createApiKey(tx, context, { name: 'First key', access: 'admin', key: input.apiKey })
  return { projectId, key }
}

/** The path of the page where the demo can be tried; undefined when there is none. */
export async function demoPage(
  db: Queryable,
  { catalogue }: Pick<DeclarationParts, 'catalogue'>,
): Promise<string | undefined> {
  const channel = (await enabledChannels(db)).find(
    ({ name, kind }) => name === demoChannel && catalogue.get(kind)?.pages,
  )
  return channel && `/channels/${channel.kind}/${channel.hookId}`
}
