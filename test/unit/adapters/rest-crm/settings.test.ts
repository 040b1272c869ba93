import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { restCrm } from '../../../../adapters/rest-crm/rest-crm.ts'
import { declarationSchema } from '../../../../src/gateway/declarations/declaration.ts'
import type { AppError } from '../../../../src/platform/errors.ts'
import { readSettings } from '../../../../src/platform/secret-settings.ts'
import { smallSettings } from './small-crm.ts'

/** The faults of settings, by path. */
function faultsOf(over: Record<string, unknown>): Record<string, string> {
  try {
    readSettings(restCrm, smallSettings(over))
  } catch (error) {
    return Object.fromEntries(
      (error as AppError).faults.map(({ path, message }) => [path.replace('settings.', ''), message]),
    )
  }
  return {}
}
const contact = smallSettings().contact as Record<string, object>
const deal = smallSettings().deal as Record<string, object>

describe('settings', () => {
  it('that make sense are taken, with little in them', () => {
    expect(faultsOf({})).toEqual({})
    expect(readSettings(restCrm, restCrm.example)).toMatchObject({ requestsPerSecond: 5, timeoutSeconds: 15 })
  })

  it('name each placeholder that means nothing', () => {
    const faults = faultsOf({
      baseUrl: 'https://{{ host }}/v1',
      contact: {
        ...contact,
        create: { method: 'POST', path: '/people', json: { a: [{ b: '{{ field }}' }] } },
        update: { method: 'PUT', path: '/people/{{ idd }}', query: { q: '{{ id | upper }}' } },
      },
    })
    expect(faults).toMatchObject({
      baseUrl: expect.stringContaining('unknown name "host"'),
      'contact.create.json.a[0].b': expect.stringMatching(/unknown name "field"; did you mean "fields"\?/),
      'contact.update.path': expect.stringContaining('unknown name "idd"'),
      'contact.update.query.q': expect.stringContaining('unknown filter "upper"'),
    })
    expect(Object.keys(faults)).toHaveLength(4)
  })

  it('name each place that cannot be followed', () => {
    expect(
      faultsOf({
        account: { request: { path: 'account' }, name: 'name' },
        contact: { ...contact, record: { id: '$.[', updatedAt: '{{ contact.at }}' } },
        deal: { ...deal, record: { contactIds: 'people' } },
        errors: { message: 'message' },
      }),
    ).toEqual({
      'account.request.path': 'expected a path behind the base address, beginning with /',
      'account.name': expect.stringContaining('expected a JSONPath such as $.id'),
      'contact.record.id': expect.stringContaining('is not a JSONPath'),
      'contact.record.updatedAt': expect.stringContaining('unknown name "contact"'),
      'deal.record.contactIds': expect.stringContaining('expected a JSONPath such as $.results[*]'),
      'errors.message': 'expected a JSONPath such as $.message',
    })
  })

  it('name what does not fit together', () => {
    expect(
      faultsOf({
        auth: { type: 'address' },
        hook: { auth: { type: 'basic', user: 'x' }, entity: '$.e', entities: {}, id: '$.id' },
        contact: {
          ...contact,
          fields: [{ key: 'phone' }, { key: 'phone' }],
          marked: { request: { path: '/' }, items: '$', createdAt: '$.at' },
        },
        deal: { ...deal, fields: [{ key: 'name' }, { key: 'stage' }, { key: 'colour', type: 'choice' }] },
      }),
    ).toEqual({
      baseUrl: 'Expected {{ secret }} in it, because auth says so.',
      hookSecret: 'Expected the secret that hook.auth is checked by.',
      'contact.fields[1].key': '"phone" is there twice; expected each key once',
      'contact.fields': 'expected a field of the key "name"',
      'contact.marker': 'Expected where the marker is kept, because records are looked for by it.',
      'deal.fields[2].choices': 'expected choices of a choice, and of nothing else',
    })
  })

  it('name headers that cannot be sent, and addresses that lead nowhere or would tell the secret', () => {
    expect(faultsOf({ headers: { 'X-Of': '{{ nobody }}' }, baseUrl: 'https://[/v1' })).toEqual({
      'headers.X-Of': expect.stringContaining('unknown name "nobody"'),
      baseUrl: 'Expected an address such as https://api.example.com/v1.',
    })
    expect(faultsOf({ auth: { type: 'address' }, baseUrl: 'https://{{ secret }}.example.com/v1' })).toEqual({
      baseUrl: 'Expected {{ secret }} behind the host, which is told in errors.',
    })
    const account = { request: { path: '/account', headers: { 'X Of': 'us' } }, name: '$.name' }
    expect(Object.keys(faultsOf({ account }))).toEqual(['account.request.headers.X Of'])
  })

  it('know no other words', () => {
    expect(faultsOf({ contact: { ...contact, creat: {} }, speed: 5 })).toEqual({
      'contact.creat': 'is not known here; remove it or correct its name',
      speed: 'is not known here; remove it or correct its name',
    })
  })
})

describe('an example', async () => {
  const folder = new URL('../../../../adapters/rest-crm/examples/', import.meta.url)
  it.each(await readdir(folder))('%s is a declaration that can be applied', async (name) => {
    const document = parse(await readFile(new URL(name, folder), 'utf8'))
    const { data, error } = declarationSchema.safeParse(document)
    expect(error).toBeUndefined()
    expect(data!.integrations).toHaveLength(1)
    for (const { kind, settings } of data!.integrations) {
      expect(kind).toBe(restCrm.kind)
      expect(() => readSettings(restCrm, settings)).not.toThrow()
    }
  })
})
