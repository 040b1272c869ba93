import { describe, expect, it } from 'vitest'
import { guessTargets } from '../../../../src/contacts/imports/guess-targets.ts'

const attributes = [
  { name: 'city', title: 'Город' },
  { name: 'phone_of_work', title: 'Рабочий телефон' },
]

describe('the meaning of a column', () => {
  it.each([
    ['First Name', 'first_name'],
    ['Имя', 'first_name'],
    ['surname', 'last_name'],
    ['ФИО', 'name_last_first'],
    ['Full name', 'name'],
    ['E-mail', 'email'],
    ['E-mail 1 - Value', 'email'],
    ['Эл. почта', 'email'],
    ['Номер телефона', 'phone'],
    ['Телефон 2', 'phone'],
    ['Рабочий телефон', 'attributes.phone_of_work'],
    ['ГОРОД', 'attributes.city'],
    ['City', 'attributes.city'],
    ['attributes.city', 'attributes.city'],
    ['identity.webchat', 'identity.webchat'],
    ['time_zone', 'time_zone'],
    ['Теги', 'labels'],
    ['Ответственный', 'responsible'],
    ['Страна', 'country'],
    ['ID', 'id'],
    ['Дата рождения', null],
    ['', null],
  ])('%s is %s', (column, target) => {
    expect(guessTargets([column], attributes)).toEqual([target])
  })

  it('goes to the first of several columns, unless several are taken', () => {
    expect(guessTargets(['Имя', 'First name', 'Телефон', 'Мобильный'], [])).toEqual([
      'first_name',
      null,
      'phone',
      'phone',
    ])
  })
})
