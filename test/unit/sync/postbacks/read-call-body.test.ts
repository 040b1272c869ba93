import { describe, expect, it } from 'vitest'
import { readCallBody } from '../../../../src/sync/postbacks/read-call-body.ts'

const url = new URL('https://bot.example.com/postbacks/pb_x')
const read = (body: string | Uint8Array, type?: string) =>
  readCallBody({
    method: 'POST',
    url,
    headers: new Headers(type === undefined ? {} : { 'content-type': type }),
    body: typeof body === 'string' ? Buffer.from(body) : body,
  })
const form = 'application/x-www-form-urlencoded'

describe('JSON', () => {
  it('is read whatever the call says of its type, with or without a mark at its beginning', async () => {
    expect(await read('{"a":[1,{"b":null}]}')).toEqual({ a: [1, { b: null }] })
    expect(await read('\ufeff{"a":1}', 'text/plain;charset=UTF-8')).toEqual({ a: 1 })
    expect(await read('')).toBeNull()
  })

  it('is read in the encoding that the call names', async () => {
    const bytes = Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xc0, 0xed, 0xed, 0xe0, 0x22, 0x7d])
    expect(await read(bytes, 'application/json; charset=windows-1251')).toEqual({ a: 'Анна' })
    await expect(read('{}', 'application/json; charset=klingon')).rejects.toMatchObject({ code: 'invalid' })
  })

  it('loses what the database cannot keep, and makes nothing of names that mean something to JavaScript', async () => {
    expect(await read('{"a":"x\\u0000y\\ud800","__proto__":{"admin":true}}')).toEqual(
      JSON.parse('{"a":"xy\ufffd","__proto__":{"admin":true}}'),
    )
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
  })

  it('that is broken is refused with what is wrong', async () => {
    await expect(read('{"a":')).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(/neither as JSON/),
    })
  })
})

describe('a form', () => {
  it('is an object of its fields, repeated ones are lists', async () => {
    expect(await read('name=Anna+B%26C&tag=a&tag=b&empty=&flag', form)).toEqual({
      name: 'Anna B&C',
      tag: ['a', 'b'],
      empty: '',
      flag: '',
    })
  })

  it('nests what its names nest', async () => {
    const text = 'user[phone]=%2B7916&user[address][city]=Tver&tags[]=a&tags[]=b&items[0][id]=1&items[1][id]=2&row[5]=x'
    expect(await read(text, form)).toEqual({
      user: { phone: '+7916', address: { city: 'Tver' } },
      tags: ['a', 'b'],
      items: [{ id: '1' }, { id: '2' }],
      row: { 5: 'x' },
    })
  })

  it('keeps names as they are written where they contradict one another or are none', async () => {
    expect(await read('user=x&user[phone]=1&a[=2&[b]=3&c[d]e=4', form)).toEqual({
      user: 'x',
      'user[phone]': '1',
      'a[': '2',
      '[b]': '3',
      'c[d]e': '4',
    })
    expect(await read(`a${'[b]'.repeat(10_000)}=1`, form)).toEqual({ [`a${'[b]'.repeat(10_000)}`]: '1' })
    expect(await read('__proto__[admin]=1&constructor[prototype][admin]=1', form)).toBeTypeOf('object')
    expect(({} as { admin?: string }).admin).toBeUndefined()
  })

  it('is read in the encoding that the call names, also where its escapes are broken', async () => {
    expect(await read('%E8%EC%FF=%C0%ED%ED%E0&x=100%', `${form}; charset="windows-1251"`)).toEqual({
      имя: 'Анна',
      x: '100%',
    })
    expect(await read('имя=Анна', form)).toEqual({ имя: 'Анна' })
  })

  it('may have parts, of files their names', async () => {
    const data = new FormData()
    data.append('user[phone]', '+7916')
    data.append('photo', new Blob(['bytes']), 'car.png')
    const request = new Request(url, { method: 'POST', body: data })
    const type = request.headers.get('content-type')!
    expect(await read(new Uint8Array(await request.arrayBuffer()), type)).toEqual({
      user: { phone: '+7916' },
      photo: 'car.png',
    })
  })

  it('may be the query of a GET', async () => {
    const get = new URL(`${url}?name=%D0%90&user[phone]=%2B7916`)
    expect(await readCallBody({ method: 'GET', url: get, headers: new Headers(), body: new Uint8Array() })).toEqual({
      name: 'А',
      user: { phone: '+7916' },
    })
  })
})

describe('what is larger or deeper than anything a form sends', () => {
  it.each([
    ['bytes', JSON.stringify({ x: 'x'.repeat(65_536) }), undefined, 'larger than the limit of 65536 bytes'],
    ['levels', `${'['.repeat(30_000)}${']'.repeat(30_000)}`, undefined, 'deeper than 20 levels'],
    ['values', JSON.stringify({ list: Array.from({ length: 12_000 }, () => []) }), undefined, 'more than 10000 values'],
    ['fields', Array.from({ length: 2_001 }, (_, index) => `f${index}=`).join('&'), form, 'more than 2000 fields'],
  ])('in %s is refused', async (_what, body, type, message) => {
    await expect(read(body, type)).rejects.toMatchObject({
      code: 'too_large',
      message: expect.stringContaining(message),
    })
  })
})
