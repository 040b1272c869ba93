import { describe, expect, it } from 'vitest'
import type { Contact } from '../../../src/contacts/contact.ts'
import { newlyTold, newlyToldIdentities, toldCountry } from '../../../src/contacts/told-by-channel.ts'

const nobody = {
  firstName: null,
  lastName: null,
  username: null,
  phone: null,
  email: null,
  country: null,
  language: null,
  timeZone: null,
  trafficSource: null,
  picture: null,
  setByHand: [],
} as unknown as Contact
const known = (fields: Partial<Contact>): Contact => ({ ...nobody, ...fields })

describe('the country of a person', () => {
  it.each([
    [{ country: 'SE', phone: '+79161234567', language: 'pt-BR' }, 'SE'],
    [{ phone: '+79161234567', language: 'pt-BR' }, 'RU'],
    [{ phone: '+77012345678' }, 'KZ'],
    [{ language: 'pt-br' }, 'BR'],
    [{ language: 'zh-Hans-CN' }, 'CN'],
    [{ language: 'en-US' }, undefined],
    [{ language: 'ru' }, undefined],
    [{ language: 'es-419' }, undefined],
    [{ language: '!!-??' }, undefined],
    [{ phone: '+80012345678' }, undefined],
    [{}, undefined],
  ])('told by %j is %s', (told, country) => {
    expect(toldCountry(told)).toBe(country)
  })
})

describe('what a channel tells', () => {
  const told = {
    identities: [{ kind: 'telegram', value: '1' }],
    firstName: 'Anna',
    username: 'anna_k',
    phone: '+79161234567',
    language: 'pt-br',
    picture: 'https://example.com/anna.jpg',
  }

  it('is taken over where nothing is known, the language in its one spelling', () => {
    expect(newlyTold(nobody, told)).toEqual({
      firstName: 'Anna',
      username: 'anna_k',
      phone: '+79161234567',
      language: 'pt-BR',
      country: 'RU',
      picture: 'https://example.com/anna.jpg',
    })
  })

  it('changes nothing that is known but the username', () => {
    const anna = known({ firstName: 'Anne', phone: '+4930901820', country: 'DE', language: 'de', username: 'old' })
    expect(newlyTold(anna, { ...told, picture: undefined })).toEqual({ username: 'anna_k' })
  })

  it('changes nothing that somebody set or took away by hand', () => {
    const anna = known({ username: 'old', setByHand: ['username', 'firstName', 'country', 'phone'] })
    expect(newlyTold(anna, { ...told, language: undefined, picture: undefined })).toEqual({})
  })

  it('gives further phones and e-mails that the channel vouches for', () => {
    const identities = [
      { kind: 'telegram', value: '1' },
      { kind: 'phone', value: '+79161234567' },
      { kind: 'email', value: 'anna@example.com' },
      { kind: 'telegram', value: '2' },
    ]
    const anna = known({ email: 'anna@example.com' })
    expect(newlyToldIdentities(anna, { identities }, 'telegram/1', false)).toEqual([identities[1]])
  })

  it("gives the vendor's own ids now and then, and the one they write by when they came by another", () => {
    const identities = [
      { kind: 'pigeon', value: 'ring' },
      { kind: 'feather', value: 'grey' },
    ]
    expect(newlyToldIdentities(known({}), { identities }, 'pigeon/ring', true)).toEqual([identities[1]])
    expect(newlyToldIdentities(known({}), { identities }, 'phone/+4930901820', true)).toEqual(identities)
    expect(newlyToldIdentities(known({}), { identities }, 'phone/+4930901820', false)).toEqual([])
  })
})
