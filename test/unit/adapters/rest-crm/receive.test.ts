import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { readHook } from '../../../../adapters/rest-crm/receive.ts'
import { type RestCrmSettings, restCrmSettings } from '../../../../adapters/rest-crm/settings.ts'
import type { HookRequest } from '../../../../src/conversations/channel.ts'
import { exampleSettings } from './example.ts'
import { smallSettings } from './small-crm.ts'

interface Recorded {
  body: unknown
  heard: unknown[]
}
const recorded = async (name: string): Promise<Recorded> =>
  JSON.parse(await readFile(new URL(`../../../fixtures/rest-crm/${name}.json`, import.meta.url), 'utf8'))

const request = (body: unknown, type = 'application/json'): HookRequest => ({
  method: 'POST',
  url: new URL('https://parley.example/hooks/hk'),
  headers: new Headers({ 'content-type': type }),
  body: new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)),
})
const now = new Date('2026-11-02T09:00:00Z')
const everything = new Proxy({}, { get: () => 'filled-in', has: () => true }) as Record<string, string>
/** The hook of an example, without what vouches for its requests. */
const example = async (name: string): Promise<RestCrmSettings> => {
  const settings = await exampleSettings(name, everything, {})
  return { ...settings, hook: { ...settings.hook!, auth: undefined } }
}

describe('a request to the hook', () => {
  it.each(['hubspot', 'pipedrive'])('of %s, as it was recorded, tells what changed', async (name) => {
    const { body, heard } = await recorded(`${name}-hook`)
    expect(readHook(request(body), await example(name), now)).toEqual(heard)
  })

  it('may be a form of nested names, which tells its secret among them', async () => {
    const { body, heard } = await recorded('bitrix24-hook')
    const settings = restCrmSettings.parse(
      smallSettings({
        hook: {
          entity: '$.event',
          entities: { ONCRMDEALUPDATE: 'deal', ONCRMDEALDELETE: 'deal' },
          id: '$.data.FIELDS.ID',
          deleted: '{% if record.event contains "DELETE" %}yes{% endif %}',
        },
      }),
    )
    const form = 'application/x-www-form-urlencoded'
    expect(readHook(request(body, form), settings, now)).toEqual(heard)
    expect(readHook(request(String(body).replace('UPDATE', 'DELETE'), form), settings, now)).toMatchObject([
      { id: '662', deleted: true },
    ])
  })

  it('passes over what means nothing to us, and tells the same thing once', () => {
    const settings = restCrmSettings.parse(
      smallSettings({ hook: { items: '$.all[*]', entity: '$.kind', entities: { person: 'contact' }, id: '$.id' } }),
    )
    const all = [
      { kind: 'person', id: 1 },
      { kind: 'person', id: '1' },
      { kind: 'person' },
      { kind: 'toString', id: 2 },
      7,
    ]
    expect(readHook(request({ all }), settings, now)).toEqual([{ entity: 'contact', id: '1' }])
    expect(() => readHook(request('{'), settings, now)).toThrow('neither JSON nor a form')
    expect(() =>
      readHook(request({ all: Array.from({ length: 900 }, () => ({ kind: 'person', id: 1 })) }), settings, now),
    ).not.toThrow()
  })
})
