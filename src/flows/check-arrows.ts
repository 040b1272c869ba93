import type { Fault } from '../platform/errors.ts'
import type { CheckedFlow } from './read-flow.ts'

/** Arrows that come from or lead to nothing, leave by an output that there is not, or stand there twice. */
export function checkArrows({ arrows, ids, blocks }: CheckedFlow): Fault[] {
  const outputs = new Map(blocks.map((block) => [block.node.id, block.outputs]))
  const seen = new Map<string, string>()
  return arrows.flatMap(({ path, arrow }) => {
    const faults: Fault[] = []
    for (const end of ['from', 'to'] as const) {
      if (!ids.has(arrow[end]))
        faults.push({ path: `${path}.${end}`, message: `there is no block "${arrow[end]}" in this flow` })
    }
    const known = outputs.get(arrow.from)
    if (known && !known.includes(arrow.output)) {
      const message = `the block "${arrow.from}" has no output "${arrow.output}"; expected one of ${known.join(', ')}`
      faults.push({ path: `${path}.output`, message })
    }
    const key = JSON.stringify([arrow.from, arrow.output, arrow.to])
    const twin = seen.get(key)
    if (twin) faults.push({ path, message: `is the same as ${twin}: what follows would happen twice` })
    else seen.set(key, path)
    return faults
  })
}

/** Blocks that no trigger leads to. Other flows may still start them, so this is a warning. */
export function unreachableBlocks({ triggers, arrows, blocks }: CheckedFlow): Fault[] {
  const reached = new Set(triggers.map(({ trigger }) => trigger.to))
  for (const id of reached) {
    for (const { arrow } of arrows) if (arrow.from === id) reached.add(arrow.to)
  }
  return blocks
    .filter((block) => !reached.has(block.node.id))
    .map(({ path }) => ({ path, message: 'no trigger leads here; only another flow could start it' }))
}
