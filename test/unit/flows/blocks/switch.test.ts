import { describe, expect, it } from 'vitest'
import { switchBlock } from '../../../../src/flows/blocks/switch.ts'
import { optionFaults, stepper } from './step.ts'

const options = {
  value: '{{ run.size }}',
  cases: [
    { name: 'small', values: ['s', 1] },
    { name: 'favourite', values: ['{{ contact.size }}'] },
  ],
}

describe('switch', () => {
  it.each([
    ['S ', 'small'],
    [1, 'small'],
    ['1', 'small'],
    ['xl', 'favourite'],
    ['m', 'else'],
    [undefined, 'else'],
  ])('takes the case of %j', async (size, output) => {
    const block = stepper(switchBlock, options, { scope: { run: { size }, contact: { size: 'XL' } } })
    expect(block.outputs).toEqual(['small', 'favourite', 'else'])
    expect(await block.execute()).toEqual({ do: 'next', output })
  })

  it('refuses cases that cannot be told apart', () => {
    const twice = [
      { name: 'a', values: [1] },
      { name: 'a', values: [2] },
    ]
    expect(optionFaults(switchBlock, { value: 'x', cases: twice })).toEqual([
      'cases: expected different names of the cases',
    ])
    expect(optionFaults(switchBlock, { value: 'x', cases: [{ name: 'else', values: [1] }] })[0]).toContain(
      'cases[0].name',
    )
  })
})
