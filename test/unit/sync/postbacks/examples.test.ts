import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { newPostbackSchema } from '../../../../src/sync/postbacks/create-postback.ts'
import { mapPostback } from '../../../../src/sync/postbacks/map-postback.ts'

const page = await readFile(new URL('../../../../docs/postbacks.md', import.meta.url), 'utf8')
const examples = [...page.matchAll(/```yaml\n(postbacks:\n[^`]*)```/g)].flatMap(([, text]) => parse(text!).postbacks)
const example = (name: string) => newPostbackSchema.parse(examples.find((one) => one.name === name)).mapping!

it('The examples of the page are postbacks that can be made.', () => {
  expect(examples.map(({ name }) => name)).toEqual(['landing page', 'tilda', 'shop'])
  for (const one of examples) expect(newPostbackSchema.safeParse(one).error).toBeUndefined()
})

// The fields of a form as https://help.tilda.cc/forms/webhook tells of them.
it('The form of the example becomes a contact and a deal, its test call nothing.', () => {
  const form = { Name: 'Anna', Phone: '+7 (916) 123-45-67', Comments: 'Today', tranid: '1:2', formid: 'form3' }
  expect(mapPostback(example('tilda'), form, 'RU')).toMatchObject({
    fields: { firstName: 'Anna', phone: '+79161234567' },
    deal: { description: 'Today' },
    variables: { form: 'form3' },
    findBy: [{ by: 'phone' }],
    faults: [],
  })
  expect(mapPostback(example('tilda'), { test: 'test' }, 'RU')).toMatchObject({ findBy: [], faults: [] })
})

it('The order of the example tells its contact and its deal.', () => {
  const customer = { id: 9, phone: '+79161234567', name: 'Anna' }
  const order = { number: 'A-17', total: 1500.5, status: 'Paid', customer }
  expect(mapPostback(example('shop'), { event_id: 'e1', order }, 'RU')).toMatchObject({
    deal: { budget: 1500.5, stage: 'Paid', variables: { order_id: 'A-17' } },
    findBy: [{ identity: { kind: 'shop_id', value: '9' } }, { by: 'phone' }],
    faults: [],
  })
})
