import { describe, expect, it } from 'vitest'
import { createTask } from '../../../../src/flows/blocks/create-task.ts'
import { AppError } from '../../../../src/platform/errors.ts'
import { optionFaults, stepper } from './step.ts'

const scope = { contact: { first_name: 'Anna', time_zone: 'Asia/Vladivostok' }, run: { at: '25.12.2026 10:00' } }

describe('create-task', () => {
  it('fills in the texts, and keeps the number of the task', async () => {
    const block = stepper(
      createTask,
      {
        name: ' Call {{ contact.first_name }} ',
        description: 'At {{ run.at }}',
        responsible: 'olga@example.com',
        reminders: [60, 0],
      },
      { scope },
    )
    expect(await block.execute()).toEqual({ do: 'next', output: 'next' })
    expect(block.taken).toEqual([
      [
        'createTask',
        {
          name: 'Call Anna',
          description: 'At 25.12.2026 10:00',
          responsibleEmail: 'olga@example.com',
          dueAt: undefined,
          reminders: [60, 0],
        },
      ],
      ['setVariables', { task_id: 12 }],
    ])
  })

  it('leaves it to whoever is responsible when the e-mail comes out empty', async () => {
    const block = stepper(createTask, { name: 'x', responsible: '{{ run.nobody }}' })
    await block.execute()
    expect(block.taken[0]![1]).toMatchObject({ responsibleEmail: undefined })
  })

  it.each<[string, object, string]>([
    ['a moment on the clock of the project', { due: '{{ run.at }}' }, '2026-12-25T10:00:00.000+03:00'],
    ['a day, whose end is meant', { due: '25.12.2026' }, '2026-12-25'],
    ['tomorrow at a time', { due: 'tomorrow 09:30' }, '2026-11-03T09:30:00.000+03:00'],
    ['a time that is still to come today', { due: '18:00' }, '2026-11-02T18:00:00.000+03:00'],
    ['a time that is over today', { due: '09:00' }, '2026-11-03T09:00:00.000+03:00'],
    ['a length of time', { dueIn: '2h' }, '2026-11-02T14:00:00.000+03:00'],
  ])('is due at %s', async (_what, options, dueAt) => {
    const block = stepper(createTask, { name: 'x', ...options }, { scope })
    await block.execute()
    expect(block.taken[0]![1]).toMatchObject({ dueAt })
  })

  it('fails where the moment comes out as none, and where the task cannot be made', async () => {
    await expect(
      stepper(createTask, { name: 'x', due: '{{ contact.first_name }}' }, { scope }).execute(),
    ).rejects.toThrow('The option "due" came out as "Anna"')
    const broken = { createTask: new AppError('invalid', 'there is no operator "x"') }
    await expect(stepper(createTask, { name: 'x' }, { broken }).execute()).rejects.toThrow('there is no operator')
  })

  it('refuses what cannot be', () => {
    expect(optionFaults(createTask, { name: 'x', responsible: 'OLGA@example.com' })).toEqual([])
    expect(optionFaults(createTask, { name: 'x', responsible: '{{ run.email }}' })).toEqual([])
    expect(optionFaults(createTask, { name: 'x', responsible: 'who@example.com' })[0]).toContain(
      'responsible: the project has no operator "who@example.com"',
    )
    expect(optionFaults(createTask, { name: 'x', due: '1', dueIn: '1h' })).toEqual([
      'dueIn: expected either due or dueIn',
    ])
    expect(optionFaults(createTask, { name: 'x', saveTo: 'contact.id' })[0]).toContain('saveTo: ')
    expect(optionFaults(createTask, { name: 'x', reminders: [-1] })[0]).toContain('reminders[0]: ')
    expect(optionFaults(createTask, {})[0]).toContain('name: ')
  })
})
