import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { runApply } from '../../../../src/gateway/commands/run-apply.ts'
import { runExport } from '../../../../src/gateway/commands/run-export.ts'
import { type RunningServer, startServer } from '../../../../src/gateway/server.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { type TestGateway, testGateway } from '../../../gateway.ts'

let fresh: FreshDatabase
let gateway: TestGateway
let server: RunningServer
let directory: string
let env: Record<string, string>

beforeAll(async () => {
  fresh = await freshDatabase()
  directory = await mkdtemp(join(tmpdir(), 'parley-commands-'))
})
beforeEach(async () => {
  await server?.close(0)
  await fresh.clear()
  gateway = await testGateway(fresh.db)
  server = await startServer(gateway.app, { host: '127.0.0.1', port: 0 })
  env = { PARLEY_URL: server.address, PARLEY_API_KEY: gateway.key }
})
afterAll(async () => {
  await server.close(0)
  await fresh.drop()
  await rm(directory, { recursive: true })
})

async function file(text: string, name = 'project.yaml'): Promise<string> {
  const path = join(directory, name)
  await writeFile(path, text)
  return path
}

async function output(run: typeof runApply, args: string[], given: Record<string, string> = env): Promise<string> {
  const lines: string[] = []
  await run(args, given, (line) => lines.push(line))
  return lines.join('\n')
}

const yaml = `
variables:
  city: Kazan
  crm_key: { value: '\${CRM_KEY}', secret: true }
webhooks:
  - { name: crm, url: 'https://crm.example.com/in', kinds: ['deal.*'] }
`

describe('parley apply', () => {
  it('applies a file, fills in secrets from the environment, and tells what was done', async () => {
    const path = await file(yaml)
    const first = await output(runApply, [path], { ...env, CRM_KEY: 's3cr3t' })
    expect(first).toMatch(
      /^created {3}variable {2}city\ncreated {3}variable {2}crm_key\ncreated {3}webhook {3}crm\n +signing secret, shown once: whsec_\S+\n3 changed, 0 unchanged\.$/,
    )
    expect(await output(runApply, [path], { ...env, CRM_KEY: 's3cr3t' })).toBe('0 changed, 3 unchanged.')
  })

  it('names what is not set in the environment, and sends nothing', async () => {
    await expect(output(runApply, [await file(yaml)])).rejects.toMatchObject({
      faults: [{ path: 'variables.crm_key.value', message: 'CRM_KEY is not set in the environment' }],
    })
    expect((await gateway.call('GET', '/variables')).body.items).toEqual([])
  })

  it('tells what the server refused, with its place', async () => {
    const path = await file('attributes:\n  - { name: city, type: colour }\n')
    await expect(output(runApply, [path])).rejects.toMatchObject({
      code: 'invalid',
      faults: [{ path: 'attributes[0].type' }],
    })
  })

  it('tells what is wrong with its arguments, the file and the address', async () => {
    const wrong = async (args: string[], given = env) =>
      output(runApply, args, given).catch((error) => String(error.message))
    const path = await file('a: [', 'broken.yaml')
    expect(await wrong([])).toContain('Usage: parley apply FILE')
    expect(await wrong(['--foo', 'x'])).toContain("Unknown option '--foo'")
    expect(await wrong([join(directory, 'none.yaml')])).toContain('none.yaml cannot be read')
    expect(await wrong([path])).toContain('broken.yaml is neither YAML nor JSON')
    expect(await wrong([path], { PARLEY_URL: server.address })).toContain('PARLEY_API_KEY')
    expect(await wrong([await file('{}'), '--url', 'localhost:1'])).toContain(
      'expected one such as http://localhost:8080',
    )
    expect(await wrong([await file('{}'), '--url', 'http://127.0.0.1:1'])).toContain(
      'No server answers at http://127.0.0.1:1',
    )
    expect(await wrong([await file('{}'), '--key', 'pk_wrong'])).toContain('not known')
  })
})

describe('parley export', () => {
  it('prints YAML that applies again, or JSON', async () => {
    await output(runApply, [await file(yaml)], { ...env, CRM_KEY: 's3cr3t' })
    const text = await output(runExport, [])
    expect(parse(text)).toMatchObject({
      project: { name: 'Dealer' },
      variables: { city: 'Kazan', crm_key: { secret: true } },
    })
    expect(text).not.toContain('s3cr3t')
    expect(JSON.parse(await output(runExport, ['--json']))).toEqual(parse(text))
    expect(await output(runApply, [await file(text, 'again.yaml')])).toMatch(/^0 changed/)
  })
})
