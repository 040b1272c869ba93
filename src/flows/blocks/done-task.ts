import { z } from 'zod'
import { AppError } from '../../platform/errors.ts'
import { defineBlock, next } from '../block.ts'

export const doneTask = defineBlock({
  type: 'done-task',
  summary: 'Notes that a task was done.',
  kind: 'action',
  options: z.strictObject({
    task: z
      .string()
      .min(1)
      .max(500)
      .default('{{ run.task_id }}')
      .describe('The number of the task, with placeholders; where `create-task` keeps it when absent.'),
  }),
  outputs: () => ['next'],
  needs: ['doneTask'],
  example: { task: '{{ run.budget }}' },
  templates: ({ task }) => ({ task }),
  async execute({ options, render, act }) {
    const text = render(options.task).trim()
    if (!/^[1-9]\d{0,14}$/.test(text)) {
      throw new AppError('invalid', `The option "task" came out as "${text}"; expected the number of a task`)
    }
    await act.doneTask(Number(text))
    return next()
  },
})
