import { expect, test } from 'vitest'
import { type CrmBench, never } from './bench.ts'

/** What only contacts have: two names, kinds of phones and e-mails, and being found by them. */
export function contacts(bench: CrmBench): void {
  const { put, read, contact, testUnless } = bench

  test('a contact has first and last name where the CRM has both', async () => {
    const keys = (await bench.harness.adapter.lists(never)).fields.contact.map(({ key }) => key)
    if (!keys.includes('first_name')) return
    const id = await put('contact', { values: { first_name: 'Анна', last_name: 'Петрова' } })
    expect((await read('contact', id)).values).toMatchObject({ first_name: 'Анна', last_name: 'Петрова' })
    await put('contact', { id, values: { last_name: 'Иванова' } })
    expect((await read('contact', id)).values).toMatchObject({ first_name: 'Анна', last_name: 'Иванова' })
  })

  test('a phone or e-mail is written with its kind where the CRM has kinds', async () => {
    const { contact: fields } = (await bench.harness.adapter.lists(never)).fields
    for (const { key, variants = [], multiple } of fields) {
      const kind = variants.at(-1)
      if (kind === undefined || !multiple) continue
      const [one, other] = key === 'email' ? ['a@example.com', 'b@example.com'] : ['+15550100', '+15550101']
      const id = await contact({ [`${key}:${kind}`]: [one!] })
      expect((await read('contact', id)).values).toMatchObject({ [key]: [one], [`${key}:${kind}`]: [one] })
      await put('contact', { id, values: { [key]: [one!, other!] } })
      const { values } = await read('contact', id)
      expect(values[key]).toEqual([one, other])
      expect(values[`${key}:${kind}`], 'the kind of what stays').toContain(one)
    }
    expect(bench.harness.refused()).toEqual([])
  })

  testUnless('search', 'a contact is found by any of its phones and e-mails', async () => {
    const find = (phones: string[], emails: string[]) => bench.harness.adapter.findContact!({ phones, emails }, never)
    const id = await contact({ phone: ['+79161234567'], email: ['ann@example.com'] })
    await contact({ phone: ['+79161234568'], email: ['bob@example.com'] })
    expect(await find(['+79161234567'], [])).toBe(id)
    expect(await find([], ['ann@example.com'])).toBe(id)
    expect(await find(['+79990000000', '+79161234567'], ['nobody@example.com'])).toBe(id)
    expect(await find(['+79990000000'], ['nobody@example.com'])).toBeUndefined()
    expect(await find([], [])).toBeUndefined()
    expect(bench.harness.refused()).toEqual([])
  })
}
