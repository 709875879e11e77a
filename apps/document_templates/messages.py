"""What validation says to people, in the languages of the form page.

The page uses the same sentences: see `texts`.
"""

from __future__ import annotations

TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "required": "Please fill this in.",
        "type": "This value is of the wrong kind.",
        "too_long": "At most {limit} characters.",
        "invalid_character": "This holds a character that cannot be printed.",
        "not_a_date": "This is not a date (year-month-day).",
        "not_a_number": "This is not a number.",
        "too_small": "This must be at least {limit}.",
        "too_large": "This must be at most {limit}.",
        "not_a_choice": "Please choose one of the options.",
        "not_a_picture": "Please choose a picture.",
        "too_few": "At least {limit} entries are needed.",
        "too_many": "At most {limit} entries.",
        "unknown_key": "The form has no such field.",
    },
    "de": {
        "required": "Bitte ausfüllen.",
        "type": "Dieser Wert ist von der falschen Art.",
        "too_long": "Höchstens {limit} Zeichen.",
        "invalid_character": "Dies enthält ein Zeichen, das nicht gedruckt werden kann.",
        "not_a_date": "Dies ist kein Datum (Jahr-Monat-Tag).",
        "not_a_number": "Dies ist keine Zahl.",
        "too_small": "Mindestens {limit}.",
        "too_large": "Höchstens {limit}.",
        "not_a_choice": "Bitte eine der Möglichkeiten wählen.",
        "not_a_picture": "Bitte ein Bild wählen.",
        "too_few": "Mindestens {limit} Einträge sind nötig.",
        "too_many": "Höchstens {limit} Einträge.",
        "unknown_key": "Das Formular hat kein solches Feld.",
    },
    "fr": {
        "required": "Veuillez remplir ce champ.",
        "type": "Cette valeur n'est pas du bon type.",
        "too_long": "{limit} caractères au plus.",
        "invalid_character": "Ce texte contient un caractère qui ne peut pas être imprimé.",
        "not_a_date": "Ceci n'est pas une date (année-mois-jour).",
        "not_a_number": "Ceci n'est pas un nombre.",
        "too_small": "Au moins {limit}.",
        "too_large": "Au plus {limit}.",
        "not_a_choice": "Veuillez choisir une des options.",
        "not_a_picture": "Veuillez choisir une image.",
        "too_few": "Il faut au moins {limit} entrées.",
        "too_many": "{limit} entrées au plus.",
        "unknown_key": "Le formulaire n'a pas ce champ.",
    },
    "it": {
        "required": "Si prega di compilare.",
        "type": "Questo valore è del tipo sbagliato.",
        "too_long": "Al massimo {limit} caratteri.",
        "invalid_character": "Contiene un carattere che non può essere stampato.",
        "not_a_date": "Questa non è una data (anno-mese-giorno).",
        "not_a_number": "Questo non è un numero.",
        "too_small": "Almeno {limit}.",
        "too_large": "Al massimo {limit}.",
        "not_a_choice": "Si prega di scegliere una delle opzioni.",
        "not_a_picture": "Si prega di scegliere un'immagine.",
        "too_few": "Servono almeno {limit} voci.",
        "too_many": "Al massimo {limit} voci.",
        "unknown_key": "Il modulo non ha questo campo.",
    },
    "es": {
        "required": "Por favor, rellene este campo.",
        "type": "Este valor es del tipo equivocado.",
        "too_long": "Como máximo {limit} caracteres.",
        "invalid_character": "Contiene un carácter que no se puede imprimir.",
        "not_a_date": "Esto no es una fecha (año-mes-día).",
        "not_a_number": "Esto no es un número.",
        "too_small": "Como mínimo {limit}.",
        "too_large": "Como máximo {limit}.",
        "not_a_choice": "Por favor, elija una de las opciones.",
        "not_a_picture": "Por favor, elija una imagen.",
        "too_few": "Se necesitan al menos {limit} entradas.",
        "too_many": "Como máximo {limit} entradas.",
        "unknown_key": "El formulario no tiene este campo.",
    },
}


def texts(language: str) -> dict[str, str]:
    """The sentences by code for a language such as "de-CH"; English where there are none."""
    return TEXTS.get(language.replace("_", "-").split("-")[0].lower(), TEXTS["en"])
