import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { enabledChannels } from '../../conversations/channels.store.ts'
import type { Queryable, Tx } from '../../platform/database/database.ts'
import { parseInput } from '../../platform/faults.ts'
import { createApiKey } from '../../team/create-api-key.ts'
import { createProject } from '../../team/create-project.ts'
import { setVariable } from '../../team/set-variable.ts'
import { claimFirstProject, variablesNamed } from '../../team/team.store.ts'
import { applyDeclaration, type DeclarationParts } from '../declarations/apply-declaration.ts'
import { declarationSchema } from '../declarations/declaration.ts'
import { carsPath } from './cars.routes.ts'

const carsVariable = 'cars_url'
const demoChannel = 'demo'

/**
 * Makes the demo project with its first key, where the database holds no project at all; undefined where it does. Of several
 * processes that start at once one makes it. The key is the given one, or made up.
 */
export async function createDemo(
  tx: Tx,
  now: Date,
  input: { apiKey: string | undefined; origin: string },
  parts: DeclarationParts,
): Promise<{ projectId: number; key: string } | undefined> {
  if (!(await claimFirstProject(tx))) return undefined
  const text = await readFile(join(import.meta.dirname, 'dealership.yaml'), 'utf8')
  const declaration = parseInput(declarationSchema, parse(text), 'demo')
  const { name = '', timeZone = '', country = '', workingHours = {} } = declaration.project ?? {}
  const { id: projectId } = await createProject(tx, now, { name, timeZone, country, workingHours })
  const context = { projectId, now, by: { kind: 'system' as const } }
  await setVariable(tx, context, parts.vault, { name: carsVariable, value: input.origin + carsPath, secret: false })
  await applyDeclaration(tx, context, declaration, parts)
  const { key } = await createApiKey(tx, context, { name: 'First key', access: 'admin', key: input.apiKey })
  return { projectId, key }
}

/** Whether a demo flow may ask for cars at all: only then our own host and port need to be reachable by flows. */
export async function hasDemo(db: Queryable): Promise<boolean> {
  return (await demoVariables(db)).length > 0
}

/** Lets the demo ask at our present address, which may have another port than the last time. */
export async function moveDemo(
  tx: Tx,
  now: Date,
  origin: string,
  { vault }: Pick<DeclarationParts, 'vault'>,
): Promise<void> {
  for (const { projectId, value } of await demoVariables(tx)) {
    const context = { projectId, now, by: { kind: 'system' as const } }
    const wanted = origin + carsPath
    if (value !== wanted) await setVariable(tx, context, vault, { name: carsVariable, value: wanted, secret: false })
  }
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

/** Somebody who let the variable point elsewhere has made the demo their own. */
async function demoVariables(db: Queryable) {
  const rows = await variablesNamed(db, carsVariable)
  return rows.filter(
    ({ value, secret }) => !secret && /^http:\/\/(127\.0\.0\.1|localhost):\d+\/demo\/cars$/.test(value),
  )
}
