import { describe, expect, it } from 'vitest'
import type { Part } from '../../../../src/conversations/message.ts'
import { ask } from '../../../../src/flows/blocks/ask.ts'
import { AppError } from '../../../../src/platform/errors.ts'
import { noon, optionFaults, stepper } from './step.ts'

const asked = { question: 'And?', saveTo: 'run.answer' }

/** What is kept of an answer; undefined when it is not accepted. */
async function keptOf(options: Record<string, unknown>, text: string, parts: Part[] = []) {
  const block = stepper(ask, { ...asked, ...options })
  await block.reply(await block.execute(), text, parts)
  const kept = block.taken.find(([name]) => name === 'setVariables')?.[1] as { answer: unknown } | undefined
  return kept?.answer
}

describe('ask', () => {
  it('asks, waits, keeps the answer and goes on', async () => {
    const block = stepper(
      ask,
      { question: 'Your **name**, {{ run.title }}?', saveTo: 'contact.first_name' },
      { scope: { run: { title: 'Sir' } } },
    )
    const waiting = await block.execute()
    expect(waiting).toMatchObject({ do: 'wait', for: 'reply', until: undefined })
    expect(block.said()).toEqual([{ text: 'Your name, Sir?', entities: [{ type: 'bold', offset: 5, length: 4 }] }])
    expect(await block.reply(waiting, ' Anna ')).toEqual({ do: 'next', output: 'next' })
    expect(block.taken.at(-1)).toEqual(['setContact', { firstName: 'Anna' }, {}])
  })

  it('leaves no half of a character where the label and the value of a choice are cut', async () => {
    const block = stepper(
      ask,
      { ...asked, validate: 'choice', choices: [{ label: '{{ run.long }}', value: '{{ run.longer }}' }] },
      { scope: { run: { long: `${'x'.repeat(63)}🚗`, longer: `${'y'.repeat(255)}🚗` } } },
    )
    await block.execute()
    expect(block.said()[0]?.parts).toEqual([
      { type: 'buttons', rows: [[{ label: 'x'.repeat(63), value: 'y'.repeat(255) }]] },
    ])
  })

  it.each([
    ['contact.city', ['setContact', {}, { city: 'x' }]],
    ['deal.model', ['setDealVariables', { model: 'x' }]],
    ['run.answer', ['setVariables', { answer: 'x' }]],
  ])('keeps an answer at %s', async (saveTo, action) => {
    const block = stepper(ask, { question: 'And?', saveTo })
    await block.reply(await block.execute(), 'x')
    expect(block.taken.at(-1)).toEqual(action)
  })

  it.each([
    ['number', '1 200,50', 1200.5],
    ['number', '-3', -3],
    ['number', '1.200,50', 1200.5],
    ['number', '1,200.50', 1200.5],
    ['number', '1,200', 1200],
    ['number', '1.250.000', 1_250_000],
    ['number', '0.125', 0.125],
    ['number', '$ 20 000', 20_000],
    ['number', 'twenty', undefined],
    ['number', '50 тыс', undefined],
    ['phone', '8 (916) 123-45-67', '+79161234567'],
    ['phone', 'my phone is +49 30 901820', '+4930901820'],
    ['phone', '0049 30 901820', '+4930901820'],
    ['phone', '123', undefined],
    ['email', ' Anna@Example.COM ', 'anna@example.com'],
    ['email', 'anna at example', undefined],
    ['date', '05.03.1985', '1985-03-05'],
    ['date', '5.3.85', '1985-03-05'],
    ['date', '2027-02-28', '2027-02-28'],
    ['date', '05/03/2027', '2027-03-05'],
    ['date', '31.12', '2026-12-31'],
    ['date', '01.02', '2027-02-01'],
    ['date', '2 March 2027', '2027-03-02'],
    ['date', 'March 2nd, 2027', '2027-03-02'],
    ['date', '2 марта 2027 г.', '2027-03-02'],
    ['date', 'tomorrow', '2026-11-03'],
    ['date', 'завтра', '2026-11-03'],
    ['date', '05.03.2027 18:30', '2027-03-05T18:30:00+03:00'],
    ['date', '31.02.2027', undefined],
    ['date', 'soon', undefined],
    ['text', '   ', undefined],
  ])('reads %s "%s" as %s', async (validate, text, value) => {
    expect(await keptOf({ validate }, text)).toEqual(value)
  })

  it("reads a phone with the contact's country before the project's", async () => {
    const block = stepper(ask, { ...asked, validate: 'phone' }, { scope: { contact: { country: 'DE' } } })
    await block.reply(await block.execute(), '030 901820')
    expect(block.taken.at(-1)).toEqual(['setVariables', { answer: '+4930901820' }])
  })

  it('accepts a shared contact card as a phone, with or without its plus', async () => {
    expect(await keptOf({ validate: 'phone' }, '', [{ type: 'contact', name: 'Anna', phone: '4930901820' }])).toBe(
      '+4930901820',
    )
  })

  it('does not accept media without a text', async () => {
    const photo: Part = { type: 'media', media: 'image', file: { ref: 'x' } }
    expect(await keptOf({}, '', [photo])).toBeUndefined()
    expect(await keptOf({}, 'with a caption', [photo])).toBe('with a caption')
  })

  describe('with choices', () => {
    const options = {
      validate: 'choice',
      choices: [{ label: 'Small', value: 's' }, { label: 'Large', value: 'l' }, { label: 'Other' }],
    }

    it('shows a button each', async () => {
      const block = stepper(ask, { ...asked, ...options })
      await block.execute()
      expect(block.said()[0]?.parts).toEqual([
        {
          type: 'buttons',
          rows: [[{ label: 'Small', value: 's' }], [{ label: 'Large', value: 'l' }], [{ label: 'Other' }]],
        },
      ])
    })

    it.each([
      ['a press', 'Large', [{ type: 'answer' as const, value: 'l' }], 'l'],
      ['the label', 'large', [], 'l'],
      ['the number', '1', [], 's'],
      ['a label without a value', 'other', [], 'Other'],
      ['something else', 'huge', [], undefined],
      ['a button of an older question', 'Yes', [{ type: 'answer' as const, value: 'yes' }], undefined],
    ])('reads %s', async (_, text, parts, value) => {
      expect(await keptOf(options, text, parts)).toBe(value)
    })

    it('takes free answers too unless only choices are welcome', async () => {
      expect(await keptOf({ ...options, validate: 'text' }, 'huge')).toBe('huge')
      expect(await keptOf({ ...options, validate: 'text' }, 'Old', [{ type: 'answer', value: 'old' }])).toBeUndefined()
    })

    it('reads a typed number as the answer where a number is asked for', async () => {
      const numbers = { validate: 'number', choices: [{ label: '10' }, { label: '20' }] }
      expect(await keptOf(numbers, '2')).toBe(2)
      expect(await keptOf(numbers, '20')).toBe(20)
    })
  })

  it('asks again by its retry text and takes "invalid" after the last attempt', async () => {
    const block = stepper(ask, { ...asked, validate: 'number', retryText: 'A number, please', attempts: 2 })
    const again = await block.reply(await block.execute(), 'many')
    expect(again).toMatchObject({ do: 'wait' })
    expect(block.said().map(({ text }) => text)).toEqual(['And?', 'A number, please'])
    expect(await block.reply(again, 'very many')).toEqual({ do: 'next', output: 'invalid' })
    expect(block.taken).toHaveLength(2)
  })

  it('asks again when the target refuses the value', async () => {
    const refusal = new AppError('invalid', '"x" cannot be kept here')
    const block = stepper(ask, { ...asked, saveTo: 'contact.city' }, { broken: { setContact: refusal } })
    expect(await block.reply(await block.execute(), 'x')).toMatchObject({ do: 'wait' })
    const broken = stepper(
      ask,
      { ...asked, saveTo: 'contact.city' },
      { broken: { setContact: new Error('no database') } },
    )
    await expect(broken.reply(await broken.execute(), 'x')).rejects.toThrow('no database')
  })

  it('waits for so long and takes "timeout"', async () => {
    const block = stepper(ask, { ...asked, timeout: '2h' })
    expect(block.outputs).toEqual(['next', 'invalid', 'timeout'])
    expect(await block.execute()).toMatchObject({ until: new Date(noon.getTime() + 7_200_000) })
    expect(await block.resume({ because: 'time' })).toEqual({ do: 'next', output: 'timeout' })
  })

  it('has no output "timeout" without a time-out', () => {
    expect(stepper(ask, asked).outputs).toEqual(['next', 'invalid'])
  })

  it('refuses options that make no sense', () => {
    expect(optionFaults(ask, { ...asked, validate: 'choice' })).toEqual(['choices: expected at least one choice'])
    expect(optionFaults(ask, { question: 'x', saveTo: 'answer' })).toEqual([
      'saveTo: expected contact.…, deal.… or run.… and a name',
    ])
    expect(optionFaults(ask, { question: 'x', saveTo: 'contact.shoe_size' })[0]).toContain(
      'saveTo: the project has no attribute "shoe_size"',
    )
    expect(optionFaults(ask, { question: 'x', saveTo: 'deal.budget' })[0]).toContain('is a field of the deal')
    expect(optionFaults(ask, { question: 'x', saveTo: 'contact.labels' })[0]).toContain('cannot be set')
  })
})
