import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AttributeType, AttributeValue } from '../../../../src/contacts/contacts.table.ts'
import type { CrmField, CrmFieldType } from '../../../../src/sync/crm.ts'
import { misfit } from '../../../../src/sync/mapping/misfit.ts'
import { findOurField } from '../../../../src/sync/mapping/our-fields.ts'
import { valuesOf } from '../../../../src/sync/mapping/our-values.ts'
import { changesOf, inOurWords } from '../../../../src/sync/mapping/their-values.ts'
import { contactSubject, dealSubject, madeUpLists, madeUpSide, mapped, mappingOf } from './made-up-sides.ts'

const titles = ['red', 'Blue, dark', 'Зелёный']
const moments = fc
  .date({ min: new Date('1950-01-01'), max: new Date('2090-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString())

/** Values of each type as we keep them. */
const ours: Record<AttributeType, fc.Arbitrary<AttributeValue>> = {
  text: fc.oneof(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.constantFrom(...titles, 'RED')),
  number: fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 }),
  date: moments.map((moment) => moment.slice(0, 10)),
  datetime: moments,
  choice: fc.constantFrom(...titles),
  choices: fc.uniqueArray(fc.constantFrom(...titles)),
  boolean: fc.boolean(),
  phone: fc.integer({ min: 1_000_000, max: 9_999_999 }).map((number) => `+7916${number}`),
  email: fc.integer().map((number) => `anna${number}@example.com`),
  link: fc.webUrl({ validSchemes: ['http', 'https'], size: 'small' }),
}
const ourTypes = Object.keys(ours) as AttributeType[]
const theirTypes: CrmFieldType[] = [...ourTypes, 'address']

const side = madeUpSide(
  ourTypes.map((type) => ({ name: type, type, ...(type.startsWith('choice') && { choices: titles }) })),
)
const fieldOf = (type: CrmFieldType, more: Partial<CrmField> = {}): CrmField => ({
  key: 'x',
  title: 'X',
  type,
  ...(type.startsWith('choice') && { choices: titles.map((title) => title.toUpperCase()) }),
  ...more,
})

const pairs = ourTypes.flatMap((type) =>
  theirTypes
    .filter(
      (theirs) => misfit(findOurField('contact', `attributes.${type}`, side)!, fieldOf(theirs), 'both') === undefined,
    )
    .map((theirs): [AttributeType, CrmFieldType] => [type, theirs]),
)

describe('a value that goes there and comes back', () => {
  test('both ways go the pairs of types that keep what the other has', () => {
    expect(pairs.map((pair) => pair.join(' '))).toEqual([
      'text text',
      'text choice',
      'text choices',
      'text address',
      'number number',
      'date date',
      'date datetime',
      'datetime date',
      'datetime datetime',
      'choice text',
      'choice choice',
      'choices choices',
      'boolean boolean',
      'phone text',
      'phone phone',
      'email text',
      'email email',
      'link text',
      'link link',
    ])
  })

  test.each(pairs)('changes nothing: our %s, their %s', (type, theirs) => {
    for (const more of [{}, theirs === 'text' ? { maxLength: 5 } : {}, theirs === 'number' ? { whole: true } : {}]) {
      const integration = mapped(
        mappingOf({ contact: [[`attributes.${type}`, 'x']] }),
        madeUpLists({ contact: [fieldOf(theirs, more)] }),
      )
      fc.assert(
        fc.property(ours[type], (value) => {
          const subject = contactSubject({ attributes: { [type]: value } })
          const { values } = valuesOf(integration, side, subject)
          const back = changesOf(integration, side, subject, values)
          expect(back.applied).toEqual([])
          const words = inOurWords(integration, side, 'contact', { values, tags: [] })
          expect(inOurWords(integration, side, 'contact', { values: words.values, tags: [] }).values).toEqual(
            words.values,
          )
        }),
        { numRuns: 60 },
      )
    }
  })

  test('changes nothing of a deal variable, whatever it holds and however they keep it', () => {
    for (const type of theirTypes) {
      const integration = mapped(mappingOf({ deal: [['variables.x', 'x']] }), madeUpLists({ deal: [fieldOf(type)] }))
      fc.assert(
        fc.property(fc.oneof(fc.jsonValue(), ...Object.values(ours)), (value) => {
          const subject = dealSubject({ variables: { x: value } }, side.places[0]!)
          const { values } = valuesOf(integration, side, subject)
          expect(changesOf(integration, side, subject, values).applied).toEqual([])
        }),
        { numRuns: 60 },
      )
    }
  })

  test('changes nothing of a name that they keep as a whole', () => {
    const integration = mapped(mappingOf({ contact: [['name', 'name']] }))
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), fc.string({ maxLength: 30 }), (firstName, lastName) => {
        const subject = contactSubject({ firstName: firstName.trim() || null, lastName: lastName.trim() || null })
        const { values } = valuesOf(integration, side, subject)
        expect(changesOf(integration, side, subject, values).applied).toEqual([])
      }),
    )
  })

  test('changes nothing when they spell phones, e-mails and choices in their own way', () => {
    const integration = mapped(
      mappingOf({
        contact: [
          ['phone', 'phone'],
          ['email', 'email'],
          ['attributes.choice', 'x'],
        ],
      }),
      madeUpLists({ contact: [fieldOf('choice')] }),
    )
    const subject = contactSubject(
      { phone: '+79161234567', email: 'anna@example.com', attributes: { choice: 'red' } },
      [
        { kind: 'phone', value: '+79161234567' },
        { kind: 'phone', value: '+4930123456' },
        { kind: 'email', value: 'anna@example.com' },
      ],
    )
    const theirs = { phone: ['+49 30 123456', '8 (916) 123-45-67'], email: ['Anna@Example.com'], x: 'Red' }
    expect(changesOf(integration, side, subject, theirs)).toMatchObject({ applied: [], faults: [] })
    expect(inOurWords(integration, side, 'contact', { values: theirs, tags: ['a'] })).toEqual({
      values: { phone: ['+4930123456', '+79161234567'], email: ['anna@example.com'], x: 'RED' },
      tags: ['a'],
      faults: [],
    })
  })
})
