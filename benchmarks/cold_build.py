"""Run the measurement. Nothing is imported here, because every drawing process reads this file again when it starts."""

if __name__ == "__main__":
    from measure import main

    main()
