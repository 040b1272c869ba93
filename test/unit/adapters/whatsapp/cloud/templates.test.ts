import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { TemplatePart } from '../../../../../src/conversations/message.ts'
import type { DoubleTemplate } from '../../../../doubles/cloud-api/templates.ts'
import { startTestNumber, type TestNumber } from './number.ts'

const template = (
  name: string,
  components: DoubleTemplate['components'],
  more: Partial<DoubleTemplate> = {},
): DoubleTemplate => ({
  id: name,
  name,
  language: 'en_US',
  category: 'UTILITY',
  status: 'APPROVED',
  components,
  ...more,
})
const templates: DoubleTemplate[] = [
  template('order_confirmation', [
    { type: 'HEADER', format: 'IMAGE' },
    { type: 'BODY', text: 'Thank you, {{1}}! Your order {{2}} is on its way to {{1}}.' },
    { type: 'FOOTER', text: 'Lucky Shrub' },
    {
      type: 'BUTTONS',
      buttons: [
        { type: 'QUICK_REPLY', text: 'Stop' },
        { type: 'URL', text: 'Track', url: 'https://example.com/track/{{1}}' },
      ],
    },
  ]),
  template('reservation', [
    { type: 'HEADER', format: 'TEXT', text: 'For {{guest}}' },
    { type: 'BODY', text: 'A table on {{day}} at {{time}}.' },
  ]),
  template('coupon', [
    { type: 'BODY', text: 'Your code' },
    { type: 'BUTTONS', buttons: [{ type: 'COPY_CODE', text: 'Copy code' }] },
  ]),
  template('waiting', [{ type: 'BODY', text: 'Hello' }], { status: 'PENDING' }),
]

let number: TestNumber
beforeEach(async () => {
  number = await startTestNumber({ api: { templates: structuredClone(templates) } })
})
afterEach(() => number.stop())

const signal = new AbortController().signal
async function send(part: Partial<TemplatePart> & { name: string }) {
  const parts = [{ type: 'template' as const, language: 'en_US', variables: {}, ...part }]
  await number.adapter.send(
    { thread: '16505551234', kind: 'direct' },
    { action: 'message', text: 'As it reads', parts },
    signal,
  )
  return (number.api.messages.at(-1)!.sent as { template: unknown }).template
}

describe('templates', () => {
  test('are listed with their gaps, headings and buttons', async () => {
    expect(await number.adapter.templates!.listTemplates()).toEqual([
      {
        name: 'order_confirmation',
        language: 'en_US',
        category: 'UTILITY',
        status: 'APPROVED',
        text: 'Thank you, {{1}}! Your order {{2}} is on its way to {{1}}.',
        variables: ['1', '2'],
        header: 'image',
        footer: 'Lucky Shrub',
        buttons: [
          { type: 'quick_reply', label: 'Stop', hasVariable: false },
          { type: 'url', label: 'Track', hasVariable: true },
        ],
      },
      expect.objectContaining({ name: 'reservation', header: 'text', variables: ['header.guest', 'day', 'time'] }),
      expect.objectContaining({
        name: 'coupon',
        buttons: [{ type: 'copy_code', label: 'Copy code', hasVariable: true }],
      }),
      expect.objectContaining({ name: 'waiting', status: 'PENDING' }),
    ])
  })

  test('are listed page by page', async () => {
    const many = Array.from({ length: 250 }, (_, index) => template(`t${index}`, [{ type: 'BODY', text: 'Hello' }]))
    number.api.templates.splice(0, number.api.templates.length, ...many)
    const listed = await number.adapter.templates!.listTemplates()
    expect(listed.map(({ name }) => name)).toEqual(many.map(({ name }) => name))
    expect(number.api.calls).toHaveLength(3)
  })

  test('are filled by number, with a picture and the address of a button', async () => {
    expect(
      await send({
        name: 'order_confirmation',
        variables: { 2: 'A-7', 1: 'Ann' },
        header: { url: 'https://example.com/order' },
        buttons: { 1: 'A-7' },
      }),
    ).toEqual({
      name: 'order_confirmation',
      language: { code: 'en_US' },
      components: [
        { type: 'header', parameters: [{ type: 'image', image: { link: 'https://example.com/order' } }] },
        {
          type: 'body',
          parameters: [
            { type: 'text', text: 'Ann' },
            { type: 'text', text: 'A-7' },
          ],
        },
        { type: 'button', sub_type: 'url', index: '1', parameters: [{ type: 'text', text: 'A-7' }] },
      ],
    })
    expect(number.api.refused).toEqual([])
  })

  test('are filled by name, also in the heading, without line breaks, which they cannot have', async () => {
    const variables = { time: '7\npm', day: 'Monday      night', 'header.guest': 'Ann' }
    expect(await send({ name: 'reservation', variables })).toMatchObject({
      components: [
        { type: 'header', parameters: [{ parameter_name: 'guest', text: 'Ann' }] },
        {
          type: 'body',
          parameters: [
            { parameter_name: 'time', text: '7 pm' },
            { parameter_name: 'day', text: 'Monday   night' },
          ],
        },
      ],
    })
  })

  test('know what kind their buttons are', async () => {
    expect(await send({ name: 'coupon', buttons: { 0: 'SAVE10' } })).toMatchObject({
      components: [{ sub_type: 'copy_code', parameters: [{ type: 'coupon_code', coupon_code: 'SAVE10' }] }],
    })
  })

  test('may have a file of ours in their heading', async () => {
    const { kept } = await number.context.files.keep(new TextEncoder().encode('png'), {
      mime: 'image/png',
      maxBytes: 10,
    })
    const sent = await send({
      name: 'order_confirmation',
      variables: { 1: 'a', 2: 'b' },
      header: { kept },
      buttons: { 1: 'x' },
    })
    expect(sent).toMatchObject({
      components: [{ parameters: [{ image: { id: expect.stringMatching(/^\d+$/) } }] }, {}, {}],
    })
  })

  test('reach a person outside of the window, where free text does not', async () => {
    number.api.closeWindow('16505551234')
    const target = { thread: '16505551234', kind: 'direct' as const }
    await expect(number.adapter.send(target, { action: 'message', text: 'Hi' }, signal)).rejects.toMatchObject({
      code: 'conflict',
      retryable: false,
    })
    await send({ name: 'reservation', variables: { day: 'Monday', time: '7 pm', 'header.guest': 'Ann' } })
    expect(number.api.messages).toHaveLength(1)
  })

  test.each([
    ['is not approved', { name: 'waiting' }],
    ['is not there in the language', { name: 'coupon', language: 'de' }],
    ['has other gaps', { name: 'reservation', variables: { day: 'Monday' } }],
  ])('that %s are refused as a fault of ours', async (_what, part) => {
    await expect(send(part)).rejects.toMatchObject({ code: 'invalid', message: expect.stringMatching(/template/i) })
  })
})
