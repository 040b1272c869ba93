import { describe, expect, test } from 'vitest'
import type { Capabilities } from '../../../../src/conversations/channel.ts'
import { fitContent, matchAnswer } from '../../../../src/conversations/deliver/fit-content.ts'
import type { Button, MediaPart, OutboundPart } from '../../../../src/conversations/message.ts'

const everything: Capabilities = {
  text: { maxLength: 100, captionMaxLength: 20, formatting: true },
  media: ['image', 'video'],
  buttons: true,
  requestButtons: true,
  location: true,
  contactCard: true,
  reply: true,
  edit: true,
  delete: true,
  reactions: true,
  typing: true,
  groups: true,
  mentions: true,
  createsGroups: false,
  templates: false,
  email: false,
  canWriteFirst: true,
}
const nothing: Capabilities = {
  ...everything,
  text: { maxLength: 100, formatting: false },
  media: [],
  buttons: false,
  requestButtons: false,
  location: false,
  contactCard: false,
  reply: false,
}
const image: MediaPart = { type: 'media', media: 'image', file: { url: 'https://example.com/car.jpg' } }
const choices: Button[][] = [
  [{ label: 'Yes', value: 'y' }],
  [{ label: 'No' }, { label: 'Site', url: 'https://example.com/' }],
]
const buttons: OutboundPart = { type: 'buttons', rows: choices }

describe('fitting content to a channel', () => {
  test('leaves alone what the channel can do', () => {
    const content = {
      text: 'A car',
      entities: [{ type: 'bold' as const, offset: 0, length: 1 }],
      parts: [image, buttons],
    }
    expect(fitContent({ ...content, replyToExternalId: '7' }, everything)).toEqual([
      { ...content, replyToExternalId: '7' },
    ])
  })

  test('numbers choices and spells addresses where there are no buttons', () => {
    expect(fitContent({ text: 'Buy?', parts: [buttons] }, nothing)).toEqual([
      { text: 'Buy?\n1. Yes\n2. No\nSite: https://example.com/' },
    ])
  })

  test('shows a request as its label where requests are not possible, and keeps the other buttons', () => {
    const rows: Button[][] = [[{ label: 'Send my number', request: 'phone' }], [{ label: 'Later' }]]
    const fitted = fitContent(
      { text: 'Phone?', parts: [{ type: 'buttons', rows }] },
      { ...everything, requestButtons: false },
    )
    expect(fitted).toEqual([
      { text: 'Phone?\nSend my number', parts: [{ type: 'buttons', rows: [[{ label: 'Later' }]] }] },
    ])
  })

  test('turns media, places and cards into text', () => {
    const parts: OutboundPart[] = [
      { ...image, name: 'car.jpg' },
      { type: 'media', media: 'video', file: { ref: 'abc' } },
      { type: 'location', latitude: 55.75, longitude: 37.5, title: 'Office' },
      { type: 'contact', name: 'Ann', phone: '+15550100' },
    ]
    const long = { ...nothing, text: { maxLength: 1000, formatting: false } }
    expect(fitContent({ text: 'See', parts }, long)[0]?.text.split('\n')).toEqual([
      'See',
      'car.jpg: https://example.com/car.jpg',
      '[video]',
      'Office',
      'https://www.openstreetmap.org/?mlat=55.75&mlon=37.5#map=16/55.75/37.5',
      'Ann, +15550100',
    ])
  })

  test('sends places and cards as messages of their own after the text', () => {
    const place: OutboundPart = { type: 'location', latitude: 1, longitude: 2 }
    const card: OutboundPart = { type: 'contact', name: 'Ann' }
    expect(fitContent({ text: 'Here', parts: [card, place, buttons], replyToExternalId: '7' }, everything)).toEqual([
      { text: 'Here', parts: [buttons], replyToExternalId: '7' },
      { text: '', parts: [place] },
      { text: '', parts: [card] },
    ])
    expect(fitContent({ text: '', parts: [place, buttons] }, everything)).toContainEqual({ text: '', parts: [buttons] })
  })

  test('gives text that is too long for a caption a message of its own, with the buttons', () => {
    const text = 'This is longer than twenty'
    expect(fitContent({ text, parts: [image, buttons] }, everything)).toEqual([
      { text: '', parts: [image] },
      { text, parts: [buttons] },
    ])
  })

  test('does not hang buttons on an album', () => {
    expect(fitContent({ text: 'Two', parts: [image, image, buttons] }, everything)).toEqual([
      { text: '', parts: [image, image] },
      { text: 'Two', parts: [buttons] },
    ])
  })

  test('puts buttons without text under a single picture', () => {
    expect(fitContent({ text: '', parts: [image, buttons] }, everything)).toEqual([
      { text: '', parts: [image, buttons] },
    ])
  })

  test('cuts long text and puts the buttons under its end', () => {
    const fitted = fitContent({ text: `${'word '.repeat(30)}end`, parts: [buttons] }, everything)
    expect(fitted).toHaveLength(2)
    expect(fitted[0]?.parts).toBeUndefined()
    expect(fitted[1]?.parts).toEqual([buttons])
  })

  test('drops formatting but keeps the addresses of links', () => {
    const entities = [
      { type: 'bold' as const, offset: 0, length: 3 },
      { type: 'link' as const, offset: 4, length: 4, url: 'https://example.com/' },
    ]
    expect(fitContent({ text: 'See here now', entities }, nothing)).toEqual([
      { text: 'See here (https://example.com/) now' },
    ])
  })

  test('gives nothing for nothing', () => {
    expect(fitContent({ text: '' }, everything)).toEqual([])
  })
})

describe('matching an answer to buttons', () => {
  test.each([
    ['its value', 'y', 'y'],
    ['its label, upper and lower case alike', ' yES ', 'y'],
    ['its number', '2', 'No'],
    ['its number with a dot or bracket', '1)', 'y'],
  ])('finds a choice by %s', (_how, text, value) => {
    expect(matchAnswer(choices, text)?.value).toBe(value)
  })

  test('prefers a label to a number', () => {
    expect(matchAnswer([[{ label: '2' }, { label: '1' }]], '2')).toEqual({ value: '2', label: '2' })
  })

  test.each(['3', '0', 'Site', 'maybe', ''])('finds nothing for %o', (text) => {
    expect(matchAnswer(choices, text)).toBeUndefined()
  })
})
