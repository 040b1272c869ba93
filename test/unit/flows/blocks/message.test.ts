import { describe, expect, it } from 'vitest'
import { message } from '../../../../src/flows/blocks/message.ts'
import { openChannel, optionFaults, stepper } from './step.ts'

const withChoices = {
  text: 'Shall we call you?',
  buttons: [
    [
      { label: 'Yes', value: 'yes', output: true },
      { label: 'No', value: 'no', output: true },
      { label: 'Perhaps', value: 'perhaps' },
    ],
  ],
}

describe('message', () => {
  it('says its text with placeholders and formatting, and goes on', async () => {
    const block = stepper(
      message,
      { text: 'Hello, **{{ contact.first_name }}**!' },
      { scope: { contact: { first_name: 'A*na' } } },
    )
    expect(await block.execute()).toEqual({ do: 'next', output: 'next' })
    expect(block.said()).toEqual([{ text: 'Hello, A*na!', entities: [{ type: 'bold', offset: 7, length: 4 }] }])
  })

  it('shows typing before it speaks', async () => {
    const block = stepper(message, { text: 'One moment', typing: true })
    await block.execute()
    expect(block.taken.map(([name]) => name)).toEqual(['showTyping', 'say'])
  })

  it('sends media by address, leaving out those whose placeholder names nothing', async () => {
    const media = [
      { url: 'https://cdn.example.com/{{ run.file }}.jpg' },
      { kind: 'document', url: '{{ project.price_list }}', name: 'Prices {{ run.file }}.pdf' },
      { url: '{{ run.nothing }}' },
    ]
    const scope = { run: { file: 'a b' }, project: { price_list: 'https://example.com/p.pdf' } }
    const block = stepper(message, { media }, { scope })
    await block.execute()
    expect(block.said()).toEqual([
      {
        text: '',
        parts: [
          { type: 'media', media: 'image', file: { url: 'https://cdn.example.com/a%20b.jpg' } },
          { type: 'media', media: 'document', file: { url: 'https://example.com/p.pdf' }, name: 'Prices a b.pdf' },
        ],
      },
    ])
  })

  it('names a template with its gaps filled, beside the text for channels that have none', async () => {
    const template = {
      name: 'reminder',
      language: 'en_US',
      variables: { 1: '{{ contact.first_name }}', place: 'Main *street*' },
      header: 'https://cdn.example.com/{{ run.file }}.jpg',
      buttons: { 0: 'order/{{ run.file }}' },
    }
    const scope = { contact: { first_name: 'Ann' }, run: { file: 'a b' } }
    const block = stepper(message, { text: 'Dear {{ contact.first_name }}', template }, { scope })
    expect(await block.execute()).toEqual({ do: 'next', output: 'next' })
    expect(block.said()).toEqual([
      {
        text: 'Dear Ann',
        parts: [
          {
            type: 'template',
            name: 'reminder',
            language: 'en_US',
            variables: { 1: 'Ann', place: 'Main *street*' },
            header: { url: 'https://cdn.example.com/a%20b.jpg' },
            buttons: { 0: 'order/a b' },
          },
        ],
      },
    ])
    expect(Object.keys(message.templates!(message.options.parse({ text: 'x', template })))).toEqual([
      'text',
      'template.variables.1',
      'template.variables.place',
      'template.header',
      'template.buttons.0',
    ])
    await expect(
      stepper(message, { text: 'x', template: { ...template, header: 'no address' } }).execute(),
    ).rejects.toThrow("The address of the template's heading")
    expect(
      optionFaults(message, { text: 'x', template: { name: 'a', language: 'en', buttons: { first: 'x' } } }),
    ).not.toEqual([])
    expect(optionFaults(message, { template: { name: 'a', language: 'en' } })).not.toEqual([])
  })

  it('warns that a template goes instead of media and buttons, where the channel has templates', () => {
    const template = { name: 'reminder', language: 'en_US' }
    const options = message.options.parse({ text: 'x', template, media: [{ url: 'https://example.com/a.jpg' }] })
    const capabilities = openChannel({ templates: true }).can('direct')!
    expect(message.loses!(options, capabilities)).toEqual([{ path: 'media', message: 'the template is sent instead' }])
    expect(message.loses!(options, { ...capabilities, templates: false })).toEqual([])
  })

  it('fails when nothing is left to say, or an address is none', async () => {
    expect(await stepper(message, { text: '{{ run.nothing }}' }).execute()).toMatchObject({ do: 'fail' })
    await expect(stepper(message, { media: [{ url: 'ftp://example.com/a' }] }).execute()).rejects.toThrow(
      'The address of a media file is "ftp://example.com/a"; expected one with http:// or https://',
    )
  })

  it('goes on at once when no button has an output of its own', async () => {
    const block = stepper(message, {
      text: 'Look',
      buttons: [[{ label: 'Site', url: 'https://example.com' }, { label: 'More' }]],
    })
    expect(await block.execute()).toEqual({ do: 'next', output: 'next' })
    expect(block.said()[0]?.parts).toEqual([
      { type: 'buttons', rows: [[{ label: 'Site', url: 'https://example.com' }, { label: 'More' }]] },
    ])
  })

  it('leaves out buttons without label or address once filled in, and shortens long labels', async () => {
    const buttons = [
      [{ label: '{{ run.nothing }}' }],
      [{ label: 'Site', url: '{{ run.nothing }}' }, { label: 'x'.repeat(80) }],
    ]
    const block = stepper(message, { text: 'Look', buttons })
    await block.execute()
    expect(block.said()[0]?.parts).toEqual([{ type: 'buttons', rows: [[{ label: `${'x'.repeat(63)}…` }]] }])
  })

  it('waits by itself when buttons have outputs of their own, and does not show these to the channel', async () => {
    const block = stepper(message, withChoices)
    expect(block.outputs).toEqual(['next', 'button:yes', 'button:no'])
    expect(await block.execute()).toMatchObject({ do: 'wait', for: 'reply' })
    expect(block.said()[0]?.parts).toEqual([
      {
        type: 'buttons',
        rows: [
          [
            { label: 'Yes', value: 'yes' },
            { label: 'No', value: 'no' },
            { label: 'Perhaps', value: 'perhaps' },
          ],
        ],
      },
    ])
  })

  it.each([
    ['a press', 'Yes', [{ type: 'answer' as const, value: 'yes' }], 'button:yes'],
    [
      'a press in an older message',
      '',
      [{ type: 'answer' as const, value: 'no', messageExternalId: 'old' }],
      'button:no',
    ],
    ['the typed label', ' yes ', [], 'button:yes'],
    ['the typed number', '2', [], 'button:no'],
    ['a button without an output', 'perhaps', [], 'next'],
    ['a button of something else', 'Yes', [{ type: 'answer' as const, value: 'other' }], 'next'],
    ['anything else', 'What do you mean?', [], 'next'],
  ])('takes the output for %s', async (_, text, parts, output) => {
    const block = stepper(message, withChoices)
    expect(await block.reply(await block.execute(), text, parts)).toEqual({ do: 'next', output })
  })

  it('takes the output of a button that asked for the phone when a card comes', async () => {
    const block = stepper(message, {
      text: 'Your phone?',
      buttons: [[{ label: 'Share', value: 'phone', request: 'phone', output: true }]],
    })
    const card = { type: 'contact' as const, name: 'Anna', phone: '79161234567' }
    expect(await block.reply(await block.execute(), '', [card])).toEqual({ do: 'next', output: 'button:phone' })
  })

  it('names an output by the value as it is written, also when a placeholder stands in it', async () => {
    const options = { text: 'Which?', buttons: [[{ label: '{{ run.car }}', value: 'car-{{ run.id }}', output: true }]] }
    const block = stepper(message, options, { scope: { run: { car: 'Niva', id: 5 } } })
    const answer = { type: 'answer' as const, value: 'car-5' }
    expect(await block.reply(await block.execute(), 'Niva', [answer])).toEqual({
      do: 'next',
      output: 'button:car-{{ run.id }}',
    })
  })

  it('refuses options that make no sense', () => {
    expect(optionFaults(message, { text: ' ' })).toEqual(['text: expected a text or media'])
    const buttons = [[{ label: 'A', output: true }], [{ label: 'B', value: 'A', output: true }]]
    expect(optionFaults(message, { text: 'x', buttons })).toEqual([
      'buttons: buttons with an output of their own need different values',
    ])
    expect(optionFaults(message, { text: 'x', buttons: [[{ label: 'A', url: 'https://a.b', output: true }]] })).toEqual(
      ['buttons[0][0].output: a button that opens an address answers nothing and can have no output'],
    )
  })
})
