import { z } from 'zod'
import { defineBlock, next } from '../block.ts'

export const calculator = defineBlock({
  type: 'calculator',
  summary: 'Runs a calculator script: the `script` that any block can carry, here without anything else.',
  kind: 'action',
  options: z.strictObject({}),
  outputs: () => ['next', 'error'],
  needs: [],
  example: {},
  execute: () => next(),
})
