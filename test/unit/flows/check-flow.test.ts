import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineBlock, next } from '../../../src/flows/block.ts'
import { blocks } from '../../../src/flows/blocks/registry.ts'
import { checkFlow } from '../../../src/flows/check-flow.ts'
import type { FlowInput } from '../../../src/flows/flow.ts'
import { lookup } from './blocks/step.ts'

type BlockInput = NonNullable<FlowInput['blocks']>[number]

const hello: BlockInput = { id: 'hello', number: 1, type: 'message', options: { text: 'Hello' } }
const phone: BlockInput = {
  id: 'phone',
  number: 2,
  type: 'ask',
  name: 'Phone',
  options: { question: 'Your phone?', validate: 'phone', saveTo: 'contact.phone' },
}
const good: FlowInput = {
  name: 'Greeting',
  triggers: [{ type: 'first_message', to: 'hello', channels: ['Bot'] }],
  blocks: [hello, phone],
  arrows: [{ from: 'hello', to: 'phone' }],
}

function faultsOf(flow: unknown): string[] {
  return checkFlow(flow, blocks, lookup()).faults.map(({ path, message }) => `${path}: ${message}`)
}

/** The faults of a flow of these blocks, each reached from the first one. */
function faultsWith(nodes: BlockInput[], arrows: FlowInput['arrows'] = []): string[] {
  return faultsOf({ name: 'Greeting', triggers: [], blocks: nodes, arrows })
}

describe('checkFlow', () => {
  it('gives a good flow back with its defaults filled in', () => {
    const { flow, faults, warnings } = checkFlow(good, blocks, lookup())
    expect({ faults, warnings }).toEqual({ faults: [], warnings: [] })
    expect(flow?.blocks[1]).toMatchObject({
      state: 'skip',
      options: { question: 'Your phone?', attempts: 3, choices: [] },
    })
    expect(flow?.arrows).toEqual([{ from: 'hello', output: 'next', to: 'phone', keepWhenReplied: false }])
    expect(checkFlow(flow, blocks, lookup()).flow).toEqual(flow)
  })

  it.each([
    [null, ''],
    ['a text', ''],
    [{ blocks: 5, name: 'x' }, 'blocks'],
    [{ name: 'x', blocks: [5] }, 'blocks[0] (unnamed)'],
  ])('refuses %j at "%s"', (input, path) => {
    const check = checkFlow(input, blocks, lookup())
    expect(check.flow).toBeUndefined()
    expect(check.faults.map((fault) => fault.path)).toEqual([path])
  })

  it('names the block and the field of faulty options', () => {
    expect(faultsWith([{ ...phone, options: { validate: 'fax', saveTo: 'contact.phone' } }])).toEqual([
      'blocks[0] (ask "Phone").options.question: Invalid input: expected string, received undefined',
      expect.stringContaining('blocks[0] (ask "Phone").options.validate: '),
    ])
  })

  it('calls a block without a name by its id', () => {
    expect(faultsWith([{ ...hello, options: { text: 'x', colour: 'red' } }])).toEqual([
      'blocks[0] (message "hello").options.colour: is not known here; remove it or correct its name',
    ])
  })

  it('tells an unknown block type and the known ones', () => {
    expect(faultsWith([{ ...hello, type: 'mesage' }])[0]).toMatch(
      /^blocks\[0\] \(mesage "hello"\)\.type: there is no block type "mesage"; expected one of message, ask, /,
    )
  })

  it('tells ids and numbers that stand there twice', () => {
    expect(faultsWith([hello, { ...phone, id: 'hello' }, { ...phone, number: 1 }])).toEqual([
      'blocks[1] (ask "Phone").id: the id "hello" is also that of blocks[0] (message "hello"); expected another one',
      'blocks[2] (ask "Phone").number: the number 1 is also that of blocks[0] (message "hello"); expected another one',
    ])
  })

  it('tells arrows that dangle, leave by no output, or stand there twice', () => {
    const arrows = [
      { from: 'hello', to: 'phone' },
      { from: 'hello', to: 'nowhere' },
      { from: 'nothing', to: 'hello' },
      { from: 'phone', output: 'timeout', to: 'hello' },
      { from: 'hello', to: 'phone', delay: '5m' },
    ]
    expect(faultsWith([hello, phone], arrows)).toEqual([
      'arrows[1].to: there is no block "nowhere" in this flow',
      'arrows[2].from: there is no block "nothing" in this flow',
      'arrows[3].output: the block "phone" has no output "timeout"; expected one of next, invalid',
      'arrows[4]: is the same as arrows[0]: what follows would happen twice',
    ])
  })

  it('does not call an arrow to a faulty block dangling', () => {
    const faulty = { ...phone, number: 0 }
    expect(faultsWith([hello, faulty], [{ from: 'hello', to: 'phone' }])).toEqual([
      expect.stringMatching(/^blocks\[1\] \(ask "Phone"\)\.number: /),
    ])
  })

  it('tells triggers that lead to no block or listen to no channel', () => {
    const triggers = [
      { type: 'keyword', words: ['hi'], to: 'nowhere' },
      { type: 'manual', to: 'hello', channels: ['Bot', 'Mail'] },
      { type: 'sunrise', to: 'hello' },
    ]
    expect(faultsOf({ ...good, triggers })).toEqual([
      expect.stringMatching(/^triggers\[2\]\.type: /),
      'triggers[0].to: there is no block "nowhere" in this flow',
      'triggers[1].channels[1]: the project has no channel "Mail"',
    ])
  })

  it('tells bad placeholders with their option', () => {
    const request: BlockInput = {
      id: 'request',
      number: 1,
      type: 'external-request',
      options: {
        url: 'https://example.com/{{ run.car }',
        method: 'POST',
        headers: { 'X-Key': '{{ secret.key }}' },
        body: { type: 'json', value: { list: ['{{ run.car | shout }}'] } },
      },
    }
    expect(faultsWith([request])).toEqual([
      expect.stringMatching(/^blocks\[0\] \(external-request "request"\)\.options\.url: .*"}}"/),
      expect.stringMatching(
        /^blocks\[0\] \(external-request "request"\)\.options\.headers\.X-Key: .*unknown name "secret"/,
      ),
      expect.stringMatching(/\.options\.body\.value\.list\[0\]: .*unknown filter "shout"/),
    ])
  })

  it('asks each block whether the project has what it names', () => {
    const deal: BlockInput = { id: 'deal', number: 1, type: 'create-deal', options: { spot: 'Shop', name: 'x' } }
    expect(faultsWith([deal])[0]).toContain(
      'blocks[0] (create-deal "deal").options.spot: the project has no spot "Shop"',
    )
  })

  it('lets a flow name itself and its blocks before it was ever saved', () => {
    const again = (block: string): BlockInput => ({
      id: 'again',
      number: 3,
      type: 'stop-flow',
      options: { flow: 'Greeting', block },
    })
    expect(faultsWith([hello, again('hello')])).toEqual([])
    expect(faultsWith([hello, again('nowhere')])[0]).toContain('the flow "Greeting" has no block "nowhere"')
  })

  it('names the place of each fault of a script, and what was expected', () => {
    const faultsOfScript = (script: string) => faultsWith([{ ...hello, script }])
    expect(faultsOfScript('x = (1')).toEqual([
      'blocks[0] (message "hello").script: line 1, column 7: expected ")" or an operator; the script ends here',
    ])
    expect(faultsOfScript('x = rond(1)\ny = round()')).toEqual([
      'blocks[0] (message "hello").script: line 1, column 5: there is no function rond(); did you mean round()?',
      'blocks[0] (message "hello").script: line 2, column 5: round() needs `number`; expected round(number, digits=0)',
    ])
    expect(faultsOfScript('set_note()\nget_current_pipeline_id(1)')).toEqual([
      'blocks[0] (message "hello").script: line 1, column 1: set_note() needs `comment`; expected set_note(comment)',
      'blocks[0] (message "hello").script: line 2, column 1: get_current_pipeline_id() takes at most 0 arguments; found 1',
    ])
    expect(faultsOfScript('x = round(1)')).toEqual([])
    expect(faultsOfScript(' \n')).toEqual([])
  })

  it('lets an arrow leave by the output error of a block with a script only', () => {
    const toPhone = [
      { from: 'hello', to: 'phone' },
      { from: 'hello', output: 'error', to: 'phone' },
    ]
    expect(faultsWith([{ ...hello, script: 'x = 1' }, phone], toPhone)).toEqual([])
    expect(faultsWith([hello, phone], toPhone)).toEqual([
      'arrows[1].output: the block "hello" has no output "error"; expected one of next',
    ])
  })

  it('collects the faults of all parts at once', () => {
    const faulty = {
      nam: 'Greeting',
      triggers: [{ type: 'manual', to: 'nowhere' }],
      blocks: [
        { ...hello, options: {} },
        { ...phone, type: 'aks' },
        { ...phone, id: 'has space' },
      ],
      arrows: [{ from: 'hello', to: 'gone' }],
    }
    expect(new Set(checkFlow(faulty, blocks, lookup()).faults.map(({ path }) => path))).toEqual(
      new Set([
        'name',
        'nam',
        'blocks[2] (ask "Phone").id',
        'blocks[0] (message "hello").options.text',
        'blocks[1] (aks "Phone").type',
        'triggers[0].to',
        'arrows[0].to',
      ]),
    )
  })
})

describe('circles', () => {
  const say = (id: string, number: number, more: Partial<BlockInput> = {}): BlockInput => ({
    id,
    number,
    type: 'message',
    options: { text: id },
    ...more,
  })
  const round = [
    { from: 'a', to: 'b' },
    { from: 'b', to: 'c' },
    { from: 'c', to: 'a' },
  ]

  it('are refused and named when nothing in them waits', () => {
    expect(faultsWith([say('a', 1), say('b', 2), say('c', 3)], round)).toEqual([
      'blocks[0] (message "a"): goes round for ever without waiting: "a" → "b" → "c" → "a"; expected a block in it that waits or chooses',
    ])
    expect(faultsWith([say('a', 1)], [{ from: 'a', to: 'a' }])[0]).toContain('"a" → "a"')
  })

  it('are named once each', () => {
    const arrows = [...round, { from: 'd', to: 'e' }, { from: 'e', to: 'd' }, { from: 'c', to: 'd' }]
    const faults = faultsWith([say('a', 1), say('b', 2), say('c', 3), say('d', 4), say('e', 5)], arrows)
    expect(faults.map((fault) => fault.slice(0, 23))).toEqual(['blocks[0] (message "a")', 'blocks[3] (message "d")'])
  })

  it.each<[string, BlockInput]>([
    ['waits for the reply', say('c', 3, { state: 'wait' })],
    ['has a message delay', say('c', 3, { messageDelay: '5s' })],
    ['is a delay', { id: 'c', number: 3, type: 'delay', options: { for: '1h' } }],
    ['asks', { ...phone, id: 'c', number: 3 }],
    [
      'chooses',
      { id: 'c', number: 3, type: 'condition', options: { rules: [{ field: 'run.a', operator: 'is_set' }] } },
    ],
    ['has buttons of its own', say('c', 3, { options: { text: 'x', buttons: [[{ label: 'A', output: true }]] } })],
  ])('are allowed when a block in them %s', (_, block) => {
    const arrows = block.type === 'condition' ? [...round.slice(0, 2), { from: 'c', output: 'true', to: 'a' }] : round
    expect(faultsWith([say('a', 1), say('b', 2), block], arrows)).toEqual([])
  })

  it('are allowed when an arrow in them waits', () => {
    const arrows = [...round.slice(0, 2), { from: 'c', to: 'a', delay: '1d' }]
    expect(faultsWith([say('a', 1), say('b', 2), say('c', 3)], arrows)).toEqual([])
  })
})

describe('warnings', () => {
  it('tell blocks that no trigger leads to, and do not keep the flow from being published', () => {
    const lonely: BlockInput = { ...hello, id: 'lonely', number: 3 }
    const { flow, warnings } = checkFlow({ ...good, blocks: [hello, phone, lonely] }, blocks, lookup())
    expect(flow?.blocks).toHaveLength(3)
    expect(warnings).toEqual([
      { path: 'blocks[2] (message "lonely")', message: 'no trigger leads here; only another flow could start it' },
    ])
  })
})

describe('a registry', () => {
  it('can be extended by blocks of other modules', () => {
    const wave = defineBlock({
      type: 'wave',
      summary: 'Waves.',
      kind: 'action',
      options: z.strictObject({}),
      outputs: () => ['next'],
      needs: [],
      example: {},
      execute: () => next(),
    })
    const extended = new Map([...blocks, [wave.type, wave]])
    const flow = { ...good, blocks: [hello, { ...phone, type: 'wave', options: {} }] }
    expect(checkFlow(flow, extended, lookup()).faults).toEqual([])
    expect(checkFlow(flow, blocks, lookup()).faults).toHaveLength(1)
  })
})
