import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { blocks } from '../../../src/flows/blocks/registry.ts'
import type { DeclarationInput } from '../../../src/gateway/declarations/declaration.ts'
import { type FreshDatabase, freshDatabase } from '../../database.ts'
import { type TestGateway, testGateway } from '../../gateway.ts'

let fresh: FreshDatabase
let gateway: TestGateway

beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  gateway = await testGateway(fresh.db, { blocks })
})
afterAll(() => fresh.drop())

const declaration = {
  project: { name: 'Dealership', country: 'DE', defaultFlow: 'Second' },
  variables: { city: 'Berlin', crm_key: { value: 's3cr3t-value', secret: true } },
  attributes: [{ name: 'colour', type: 'choice', choices: ['red', 'blue'] }],
  spots: [
    { name: 'Salon', pipelines: [{ name: 'Sales', stages: [{ name: 'New' }, { name: 'Drive', color: '#112233' }] }] },
  ],
  emailTemplates: [{ name: 'Welcome', subject: 'Hello {{ contact.first_name }}', html: '<p>Hello</p>' }],
  channels: [{ kind: 'webchat', name: 'site', settings: { title: 'Chat', identitySecret: 'a-secret-of-the-site' } }],
  flows: [
    {
      name: 'First',
      publish: true,
      triggers: [{ type: 'first_message', to: 'ask', channels: ['site'] }],
      blocks: [
        { id: 'ask', number: 1, type: 'ask', options: { question: 'Colour?', saveTo: 'contact.colour' } },
        { id: 'deal', number: 2, type: 'create-deal', options: { spot: 'Salon', stage: 'Drive', name: 'Car' } },
        { id: 'other', number: 3, type: 'start-flow', options: { flow: 'Second', block: 'bye' } },
      ],
      arrows: [
        { from: 'ask', to: 'deal' },
        { from: 'deal', to: 'other' },
      ],
    },
    {
      name: 'Second',
      publish: true,
      triggers: [{ type: 'api', to: 'bye' }],
      blocks: [
        { id: 'bye', number: 1, type: 'message', options: { text: 'Bye' } },
        { id: 'again', number: 2, type: 'stop-flow', options: { flow: 'First', block: 'ask' } },
      ],
      arrows: [{ from: 'bye', to: 'again' }],
    },
  ],
  webhooks: [
    {
      name: 'crm',
      url: 'https://crm.example.com/in',
      kinds: ['deal.*'],
      filter: { rules: [{ field: 'deal.name', operator: 'is_set' }] },
      method: 'PUT',
      headers: { 'X-Source': 'parley' },
      secretHeaders: { Authorization: 'Bearer abcdefgh' },
      template: { name: '{{ deal.name }}' },
    },
  ],
  postbacks: [
    {
      name: 'landing',
      mapping: { fields: [{ from: '$.phone', to: 'phone' }], findBy: ['phone'] },
      flow: 'Second',
      sendingChannel: 'site',
    },
  ],
} satisfies DeclarationInput

const apply = (body: object = declaration) => gateway.call('POST', '/apply', body)

type Item = { what: string; name: string; did: string; note?: string; secret?: string }
const summary = (body: { applied: Item[] }) => body.applied.map(({ what, name, did }) => `${did} ${what} ${name}`)

async function counts(): Promise<unknown> {
  const [row] = await fresh.db.query(
    `select (select count(*)::int from channels) as channels, (select count(*)::int from flows) as flows,
            (select count(*)::int from flow_versions) as versions, (select count(*)::int from spots) as spots,
            (select count(*)::int from project_variables) as variables`,
  )
  return row
}

describe('a declaration', () => {
  it('makes everything it names, flows that refer to one another included', async () => {
    const { status, body } = await apply()
    expect(body).toMatchObject({ applied: expect.anything() })
    expect(status).toBe(200)
    expect(summary(body)).toEqual([
      'updated project Dealership',
      'created variable city',
      'created variable crm_key',
      'created attribute colour',
      'created spot Salon',
      'created pipeline Sales',
      'created channel site',
      'created e-mail template Welcome',
      'created flow First',
      'created flow Second',
      'created webhook crm',
      'created postback landing',
    ])
    const webhook = body.applied.find((item: Item) => item.what === 'webhook')
    expect(webhook.secret).toMatch(/^whsec_/)
    expect((await gateway.call('GET', '/flows')).body.items).toMatchObject([{ liveVersion: 1 }, { liveVersion: 1 }])
    expect(gateway.handed.changed).toHaveLength(1)
  })

  it('changes nothing when it is applied again', async () => {
    await apply()
    const before = await counts()
    const { body } = await apply()
    expect(summary(body).filter((line) => !line.startsWith('unchanged'))).toEqual([])
    expect(JSON.stringify(body)).not.toContain('whsec_')
    expect(await counts()).toEqual(before)
    expect(gateway.handed.changed).toHaveLength(1)
  })

  it('changes what differs and keeps what it does not name', async () => {
    await apply()
    const { body } = await apply({
      variables: { city: 'Hamburg', extra: 'x' },
      attributes: [{ name: 'colour', type: 'choice', choices: ['red', 'blue', 'green'] }],
      spots: [
        {
          name: 'Salon',
          pipelines: [{ name: 'Sales', stages: [{ name: 'Drive', color: '#445566' }, { name: 'Credit' }] }],
        },
      ],
      channels: [{ kind: 'webchat', name: 'site', settings: { title: 'Other' } }],
      flows: [
        {
          ...declaration.flows[1],
          blocks: [{ id: 'bye', number: 1, type: 'message', options: { text: 'Ciao' } }],
          arrows: [],
        },
      ],
      webhooks: [{ ...declaration.webhooks[0], kinds: ['*'] }],
      postbacks: [{ ...declaration.postbacks[0], enabled: false }],
    })
    expect(summary(body)).toEqual([
      'updated variable city',
      'created variable extra',
      'updated attribute colour',
      'unchanged spot Salon',
      'unchanged pipeline Sales',
      'updated stage Sales / Drive',
      'created stage Sales / Credit',
      'updated channel site',
      'updated flow Second',
      'updated webhook crm',
      'updated postback landing',
    ])
    const { body: variables } = await gateway.call('GET', '/variables')
    expect(variables.items.map((variable: { name: string }) => variable.name)).toEqual(['city', 'crm_key', 'extra'])
    const channels = await gateway.call('GET', '/channels')
    expect(channels.body.items[0].settings).toMatchObject({ title: 'Other', identitySecret: '•••' })
  })

  it('is exported without secrets, and what was exported applies again without a change', async () => {
    await apply()
    const exported = await gateway.call('GET', '/export')
    expect(exported.status).toBe(200)
    expect(JSON.stringify(exported.body)).not.toMatch(/s3cr3t-value|a-secret-of-the-site|whsec_|pb_/)
    expect(exported.body.variables).toEqual({ city: 'Berlin', crm_key: { secret: true } })
    expect(exported.body.flows.map((flow: { publish: boolean }) => flow.publish)).toEqual([true, true])
    const again = await apply(parse(stringify(exported.body)))
    expect(again.body).toMatchObject({ applied: expect.anything() })
    expect(summary(again.body).filter((line) => !line.startsWith('unchanged'))).toEqual([])
  })

  it('is taken as YAML too', async () => {
    const response = await gateway.app.request('/api/v1/apply', {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/yaml' },
      body: 'variables:\n  city: Bremen\n',
    })
    expect(JSON.parse(await response.text()).applied).toEqual([{ what: 'variable', name: 'city', did: 'created' }])
  })
})

describe('a declaration with a fault', () => {
  const faultsOf = async (body: object) => {
    const before = await counts()
    const refused = await apply(body)
    expect(refused.status).toBeGreaterThanOrEqual(400)
    expect(await counts()).toEqual(before)
    return refused.body
  }

  it('names the place of what is wrong and changes nothing', async () => {
    const wrongSetting = await faultsOf({
      variables: { city: 'Berlin' },
      channels: [
        { kind: 'webchat', name: 'a' },
        { kind: 'webchat', name: 'b', settings: { color: 'red' } },
      ],
    })
    expect(wrongSetting.errors).toEqual([
      { path: 'channels[1].settings.color', message: 'Expected a colour of the form #0f766e.' },
    ])
    expect(wrongSetting.detail).toContain('channels[1].settings.color')

    const dangling = await faultsOf({
      flows: [
        {
          ...declaration.flows[1],
          blocks: declaration.flows[1]!.blocks.slice(0, 1),
          arrows: [{ from: 'bye', to: 'nowhere' }],
        },
      ],
    })
    expect(dangling.errors[0].path).toMatch(/^flows\[0\]\.arrows\[0\]/)
  })

  it('names unknown fields, names that are there twice, and a kind that cannot be', async () => {
    expect((await faultsOf({ chanels: [] })).errors).toEqual([
      { path: 'chanels', message: 'is not known here; remove it or correct its name' },
    ])
    const twice = await faultsOf({ spots: [{ name: 'A' }, { name: 'A' }] })
    expect(twice.errors).toEqual([{ path: 'spots[1].name', message: '"A" is there twice; expected each name once' }])
    expect((await faultsOf({ channels: [{ kind: 'smoke', name: 'x' }] })).errors[0].path).toBe('channels[0].kind')
  })

  it('asks for the value of a variable that is not there yet', async () => {
    expect((await faultsOf({ variables: { crm_key: { secret: true } } })).errors).toEqual([
      { path: 'variables.crm_key.value', message: 'is not in the project yet; expected a value' },
    ])
  })

  it('does not change the type of an attribute or a stage', async () => {
    await apply()
    expect((await faultsOf({ attributes: [{ name: 'colour', type: 'text' }] })).errors[0].path).toBe(
      'attributes[0].type',
    )
    const stage = await faultsOf({
      spots: [{ name: 'Salon', pipelines: [{ name: 'Sales', stages: [{ name: 'Drive', type: 'won' }] }] }],
    })
    expect(stage.errors[0].path).toBe('spots[0].pipelines[0].stages[0].type')
  })
})
